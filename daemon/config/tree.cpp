#include "config/tree.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace roomd::config {
namespace {

// Ends the parse: what follows cannot be trusted to mean anything.
struct Unreadable {
    Mark mark;
    const char *what;
    const char *hint;
};

// yaml-cpp counts columns in bytes; editors count characters.
class Columns {
public:
    Columns(std::string_view text, std::size_t file) : file_(file) {
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            lines_.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    Mark mark(const YAML::Mark &from) {
        if (from.is_null()) return {0, 0, file_};
        const auto line = static_cast<std::size_t>(std::max(from.line, 0));
        const auto column = static_cast<std::size_t>(std::max(from.column, 0));
        if (line >= lines_.size()) return {line + 1, column + 1, file_};
        // Marks mostly come in order: a line is counted once, however many values it holds.
        if (line != line_ || column < bytes_) inner_ = bytes_ = 0;
        const std::string_view behind = lines_[line].substr(std::min(bytes_, lines_[line].size()));
        inner_ += static_cast<std::size_t>(std::count_if(
            behind.begin(),
            behind.begin() + static_cast<std::ptrdiff_t>(std::min(column - bytes_, behind.size())),
            [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }));
        line_ = line;
        bytes_ = column;
        return {line + 1, column + 1 - inner_, file_};
    }

private:
    std::vector<std::string_view> lines_;
    std::size_t file_;
    std::size_t line_ = 0, bytes_ = 0, inner_ = 0; // how far it has counted
};

std::size_t count_nodes(const Item &node) {
    std::size_t n = 1;
    for (const Item &item : node.items)
        n += count_nodes(item);
    for (const Entry &entry : node.entries)
        n += 1 + count_nodes(entry.value);
    return n;
}

std::size_t depth_of(const Item &node) {
    std::size_t deepest = 0;
    for (const Item &item : node.items)
        deepest = std::max(deepest, depth_of(item));
    for (const Entry &entry : node.entries)
        deepest = std::max(deepest, depth_of(entry.value));
    return deepest + (node.kind == Item::Kind::list || node.kind == Item::Kind::map ? 1 : 0);
}

// YAML's own bound for keys on one line is 1024 characters; escaped, these stay below it.
constexpr std::size_t longest_key = 500;

// Builds the tree from yaml-cpp's events.  yaml-cpp recurses per level: the bound on depth, kept
// here while it parses, is what keeps its stack bounded too.
class Builder final : public YAML::EventHandler {
public:
    Builder(Columns &columns, const std::string &path, Bounds &left, Faults &faults) :
        columns_(columns),
        path_(path),
        left_(left),
        faults_(faults) {}

    std::optional<Item> root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark &) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        Item node;
        node.mark = columns_.mark(mark);
        remember(anchor, node);
        put(std::move(node));
    }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            throw Unreadable{columns_.mark(mark), "the alias is inside what it repeats",
                             "write the value out"};
        count_copy(found->second, columns_.mark(mark));
        if (open_.size() + depth_of(found->second) > deepest_yaml) too_deep(columns_.mark(mark));
        put(found->second);
    }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &value) override {
        Item node;
        node.kind = Item::Kind::scalar;
        node.mark = columns_.mark(mark);
        node.quoted = tag == "!";
        if (tag != "!" && tag != "?") refuse_tag(node.mark);
        node.text = value;
        remember(anchor, node);
        put(std::move(node));
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Item::Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Item::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    // A list or map that is not finished.
    struct Open {
        Item node;
        YAML::anchor_t anchor = 0;
        bool has_key = false; // of a map: the next value belongs to `key`
        bool keep = true;     // false: the key is a fault, and its value with it
        bool key_quoted = false;
        std::string key;
        Mark key_mark;
        std::map<std::string, Mark, std::less<>> seen;
    };

    [[noreturn]] static void too_deep(Mark mark) {
        throw Unreadable{mark, "lists and maps are nested more than 32 deep", ""};
    }

    void fault(Mark mark, std::string what, std::string hint) {
        faults_.add({path_, mark, std::move(what), std::move(hint)});
    }

    void refuse_tag(Mark mark) {
        fault(mark, "tags are not supported", "remove what begins with \"!\"");
    }

    void open(Item::Kind kind, const YAML::Mark &mark, const std::string &tag,
              YAML::anchor_t anchor) {
        Open open;
        open.node.kind = kind;
        open.node.mark = columns_.mark(mark);
        open.anchor = anchor;
        if (tag != "!" && tag != "?" && !tag.empty()) refuse_tag(open.node.mark);
        if (open_.size() >= deepest_yaml) too_deep(open.node.mark);
        open_.push_back(std::move(open));
    }

    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        remember(done.anchor, done.node);
        put(std::move(done.node));
    }

    void remember(YAML::anchor_t anchor, const Item &node) {
        if (anchor == 0) return;
        count_copy(node, node.mark);
        anchors_[anchor] = node;
    }

    void count_copy(const Item &node, Mark mark) {
        if (!take(count_nodes(node)))
            throw Unreadable{mark, "aliases repeat too much", "write the values out"};
    }

    bool take(std::size_t nodes) noexcept {
        const bool enough = nodes <= left_.nodes;
        left_.nodes = enough ? left_.nodes - nodes : 0;
        return enough;
    }

    // Adds a finished value to the list or map that is open.
    void put(Item node) {
        if (!take(1))
            throw Unreadable{node.mark,
                             node.mark.file == 0 ? "the file has too many values"
                                                 : "the files together have too many values",
                             ""};
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open &parent = open_.back();
        if (parent.node.kind == Item::Kind::list) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.has_key) {
            put_key(parent, node);
        } else {
            parent.has_key = false;
            if (parent.keep)
                parent.node.entries.push_back(
                    {std::move(parent.key), parent.key_mark, std::move(node), parent.key_quoted});
        }
    }

    void put_key(Open &map, const Item &node) {
        map.has_key = true;
        map.keep = false;
        map.key = node.text;
        map.key_mark = node.mark;
        map.key_quoted = node.quoted;
        if (node.kind != Item::Kind::scalar) {
            fault(node.mark, "a key must be text", "quote it");
        } else if (node.text.size() > longest_key ||
                   std::any_of(node.text.begin(), node.text.end(), base::is_control)) {
            fault(node.mark, "a key must be one line of at most 500 bytes", "");
        } else if (node.text == "<<" && !node.quoted) {
            fault(node.mark, "\"<<\" merges are not supported", "write the keys out");
        } else if (const auto [first, is_new] = map.seen.emplace(node.text, node.mark); !is_new) {
            fault(node.mark, "duplicate key \"" + node.text + "\"",
                  "the first is at line " + std::to_string(first->second.line) +
                      "; keep one of the two");
        } else {
            map.keep = true;
        }
    }

    Columns &columns_;
    const std::string &path_;
    Bounds &left_;
    Faults &faults_;
    std::optional<Item> root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Item> anchors_;
};

// The place of the byte at `offset`, before which the text is UTF-8.
Mark mark_at(std::string_view text, std::size_t offset, std::size_t file) {
    const std::string_view before = text.substr(0, offset);
    const std::string_view line = before.substr(before.rfind('\n') + 1);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            1 + line.size() -
                static_cast<std::size_t>(std::count_if(line.begin(), line.end(), continues)),
            file};
}

bool is_utf16(std::string_view text) noexcept {
    return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

// yaml-cpp guesses UTF-16 and UTF-32 and replaces what is invalid; neither may happen silently.
bool fit(std::string_view text, const std::string &path, const Bounds &left, std::size_t file,
         Faults &faults) {
    const auto refuse = [&](Mark mark, const char *what, const char *hint) {
        faults.add({path, mark, what, hint});
        return false;
    };
    if (text.size() > left.bytes)
        return refuse({0, 0, file},
                      file == 0 ? "the file is larger than 1 MiB"
                                : "the files together are larger than 1 MiB",
                      "");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = base::utf8_sequence(text.substr(at));
        if (length == 0)
            return refuse(mark_at(text, at, file), "the file is not UTF-8 here",
                          is_utf16(text)
                              ? "it is UTF-16: save it as UTF-8"
                              : "save it as UTF-8: this byte belongs to another encoding");
        const char c = text[at];
        if (base::is_control(c) && c != '\n' && c != '\r' && c != '\t')
            return refuse(mark_at(text, at, file), "the file holds a control character",
                          "remove it; in a quoted text it can be written as \"\\x1b\"");
        at += length;
    }
    return true;
}

} // namespace

const Item *Item::find(std::string_view key) const noexcept {
    for (const Entry &entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

const char *name_of(const Item &item) noexcept {
    switch (item.kind) {
    case Item::Kind::null: return "nothing";
    case Item::Kind::list: return "a list";
    case Item::Kind::map: return "a map";
    case Item::Kind::scalar: return item.quoted ? "text" : "a single value";
    }
    return "nothing";
}

std::optional<Item> parse_yaml(std::string_view text, const std::string &path, Faults &faults) {
    Bounds bounds;
    std::optional<Item> root = parse_part(text, path, 0, bounds, faults);
    if (!root || root->kind != Item::Kind::null || root->mark.line != 0) return root;
    faults.add({path, {}, "the file is empty", "set at least auth.mode"});
    return {};
}

std::optional<Item> parse_part(std::string_view text, const std::string &path, std::size_t file,
                               Bounds &left, Faults &faults) {
    if (!fit(text, path, left, file, faults)) return {};
    left.bytes -= text.size();
    Columns columns(text, file);
    Builder builder(columns, path, left, faults);
    try {
        // yaml-cpp accepts a quote that is never closed when the file ends in a newline, and all
        // keys behind it silently become part of that text.  With a comment at the end, without a
        // newline, it notices.
        std::istringstream stream{std::string(text) + "\n#"};
        YAML::Parser parser(stream);
        Item nothing;
        nothing.mark.file = file;
        if (!parser.HandleNextDocument(builder)) return nothing;
        std::optional<Item> root = builder.root();
        Builder rest(columns, path, left, faults);
        if (parser.HandleNextDocument(rest)) {
            const Item second = rest.root().value_or(nothing);
            faults.add({path, second.mark, "a second document begins here",
                        "a configuration is one document; remove the line \"---\""});
            return {};
        }
        return root;
    } catch (const Unreadable &fault) {
        faults.add({path, fault.mark, fault.what, fault.hint});
    } catch (const YAML::Exception &fault) {
        const bool open = fault.msg == YAML::ErrorMsg::EOF_IN_SCALAR;
        faults.add({path, columns.mark(fault.mark), "not YAML: " + fault.msg,
                    open ? "a quote is not closed"
                         : "look here and above for a bracket, a colon, or an indentation that is "
                           "none: YAML takes spaces, no tabs"});
    }
    return {};
}

} // namespace roomd::config

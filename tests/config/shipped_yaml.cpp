#include "shipped_yaml.hpp"

#include "config/key_table.hpp"

#include <regex>
#include <sstream>
#include <string_view>

namespace roomd::test {
namespace {

using config::KeyInfo;

constexpr const char *head =
    "# roomd.yaml: every key with its default.\n"
    "#\n"
    "# A \"#\" without a space after it comments out YAML that may be switched on; \"# \" is "
    "prose.\n"
    "# Reference: docs/configuration.md.  The files of conf.d beside this one (conf.d/*.yaml) add "
    "to "
    "it.\n"
    "# Check a changed file before the daemon reads it: roomd check --config FILE names each fault "
    "with\n"
    "# its line and column.\n";

// Without Markdown.
std::string plain(std::string_view what) {
    const std::string out =
        std::regex_replace(std::string(what), std::regex(R"(\[([^\]`]*)\]\(([^)]*)\))"), "docs/$2");
    return std::regex_replace(out, std::regex("`"), "");
}

class Yaml {
public:
    std::string write() {
        out_ = head;
        members("", 0);
        return std::move(out_);
    }

private:
    void comment(std::string_view text, std::size_t indent, const char *begin = "# ",
                 const char *more = "# ") {
        constexpr std::size_t width = 100;
        const std::string margin(indent, ' ');
        std::istringstream words(plain(text));
        std::string line = margin + begin, word;
        for (bool first = true; words >> word; first = false) {
            if (!first && line.size() + 1 + word.size() > width) {
                out_ += line + '\n';
                line = margin + more + word;
                continue;
            }
            line += (first ? "" : " ") + word;
        }
        out_ += line + '\n';
    }

    // One line of YAML; in an example it is switched off.
    void line(const std::string &yaml, std::size_t indent) {
        out_ += std::string(indent, ' ') + (example_ ? "#" : "") + yaml + '\n';
    }

    // The entries of an example that is written out in the table.
    void lines(std::string_view yaml, std::size_t indent) {
        std::istringstream in{std::string(yaml)};
        for (std::string text; std::getline(in, text);) {
            const std::size_t inner = text.find_first_not_of(' ');
            const std::string margin(indent + inner, ' ');
            out_ += margin + (text[inner] == '#' ? "" : "#") + text.substr(inner) + '\n';
        }
    }

    static std::string below(const std::string &table, std::string_view name) {
        return table.empty() ? std::string(name) : table + '.' + std::string(name);
    }

    // `begin`: what stands before the first key, "- " in an entry of a list.
    void members(const std::string &table, std::size_t indent, std::string begin = {}) {
        for (const std::string_view name : config::names_below(table)) {
            const KeyInfo *key = config::find_key(below(table, name));
            if (key != nullptr && key->built == config::Built::not_yet) continue;
            if (table.empty()) out_ += '\n';
            if (key != nullptr)
                member(*key, begin + std::string(name), indent);
            else
                section(below(table, name), begin + std::string(name), indent);
            if (!begin.empty()) indent += begin.size();
            begin.clear();
        }
    }

    void section(const std::string &table, const std::string &name, std::size_t indent) {
        line(name + ':', indent);
        members(table, indent + 2);
    }

    void member(const KeyInfo &key, const std::string &name, std::size_t indent) {
        const std::string path(key.path);
        comment(key.what, indent);
        const bool literal = key.sample.find('\n') != std::string_view::npos;
        if (literal) texts_below(path, indent);
        if (example_ && !key.sample.empty() && !literal)
            return line(name + ": " + std::string(key.sample), indent);
        if (!key.initial.empty())
            line(name + ": " + std::string(key.initial), indent);
        else if (!key.words.empty())
            line(name + ": " + first_word(key), indent);
        const bool was = example_;
        example_ = true;
        if (literal) {
            line(name + ':', indent);
            lines(key.sample, indent + 2);
        } else if (key.unit == "map" || key.unit == "list") {
            entry(key, path, name, indent);
        } else if (!was && !key.sample.empty()) {
            line(name + ": " + std::string(key.sample), indent);
        }
        example_ = was;
    }

    // An entry of a list or a map whose entries have keys of their own.
    void entry(const KeyInfo &key, const std::string &path, const std::string &name,
               std::size_t indent) {
        const bool is_list = key.unit == "list";
        const std::string table = path + (is_list ? "[]" : ".*");
        if (config::names_below(table).empty()) return;
        line(name + ':', indent);
        if (is_list) return members(table, indent + 2, "- ");
        line(std::string(key.sample) + ':', indent + 2);
        members(table, indent + 4);
    }

    // What the keys are that stand in an example without a word.
    void texts_below(const std::string &path, std::size_t indent) {
        for (const KeyInfo &key : config::key_table())
            if (key.path.starts_with(path + "[]."))
                comment(std::string(key.path.substr(path.size() + 3)) + ": " +
                            std::string(key.what),
                        indent, "#   ", "#     ");
    }

    static std::string first_word(const KeyInfo &key) {
        return std::string(key.words.substr(0, key.words.find(' ')));
    }

    std::string out_;
    bool example_ = false;
};

} // namespace

std::string shipped_yaml() {
    return Yaml().write();
}

} // namespace roomd::test

#include "config/parts.hpp"

#include "base/text.hpp"
#include "config/merge.hpp"
#include "config/trust.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace roomd::config {
namespace {

namespace fs = std::filesystem;

// "conf.d/" beside the file, named as the file was.
std::string folder_beside(const std::string &path) {
    return path.substr(0, path.rfind('/') + 1) + "conf.d";
}

std::string absolute(const std::string &path) {
    std::error_code error;
    const fs::path whole = fs::absolute(path, error);
    return error ? path : whole.string();
}

// The names in a conf.d that are to be read, in order; none when there is no such folder.  False: a
// fault was added.
bool find_names(const Source &source, const std::string &folder, std::vector<std::string> &out) {
    const auto refuse = [&](const std::string &path, const std::string &what, const char *hint) {
        source.faults.add({path, {0, 0, 1}, what, hint});
        return false;
    };
    std::error_code error;
    const auto type = fs::symlink_status(folder, error).type();
    if (type == fs::file_type::not_found) return true;
    bool good = true;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with('.')) continue;
        if (name.ends_with(".yaml")) {
            out.push_back(name);
        } else if (const std::string low = base::lower(name);
                   low.ends_with(".yaml") || low.ends_with(".yml")) {
            good = refuse(at->path().string(), "is not read: its name does not end in \".yaml\"",
                          "rename it; to switch it off, let it end in .off");
        }
        if (out.size() > most_parts)
            return refuse(folder,
                          "holds more than " + std::to_string(most_parts) + " files to read",
                          "put several into one");
    }
    if (error)
        return refuse(folder, "cannot be read: " + error.message(),
                      "it is the folder of further files; remove it when there are none");
    std::sort(out.begin(), out.end());
    return good;
}

} // namespace

std::optional<Item> read_parts(Source &source, base::Wanted wanted) {
    const std::string main = source.files.front().path;
    std::string why;
    const auto text = base::read_file(main, largest_yaml, wanted, why);
    if (!text) {
        source.fault({}, "cannot be read: " + why, "give another with --config FILE");
        return {};
    }
    trust(source, {}, absolute(main));
    Bounds left;
    std::optional<Item> root = parse_part(*text, main, 0, left, source.faults);
    bool good = root.has_value();
    if (root && root->kind == Item::Kind::null && root->mark.line == 0) {
        source.fault({}, "the file is empty", "set at least auth.mode");
        good = false;
    }

    const std::string folder = folder_beside(main), inside = folder + '/';
    std::vector<std::string> names;
    good = find_names(source, folder, names) && good;
    trust(source, {}, absolute(folder));
    for (const std::string &name : names) {
        const Mark mark{0, 0, source.files.size()};
        source.files.push_back(file_at(inside + name));
        const std::string &path = source.files.back().path;
        trust(source, mark, absolute(path));
        const auto part = base::read_file(path, largest_yaml, base::Wanted::regular, why);
        if (!part)
            source.fault(mark, "cannot be read: " + why, "let roomd's user read it, or remove it");
        auto tree = part ? parse_part(*part, path, mark.file, left, source.faults) : std::nullopt;
        good = good && tree;
        if (good) merge(source, *root, *std::move(tree));
    }
    return good ? std::move(root) : std::nullopt;
}

} // namespace roomd::config

#include "net/bundle.hpp"

#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace roomd::net {

namespace {

constexpr std::array<std::string_view, 8> names{
    "socket.io.js",         "socket.io.js.map",         "socket.io.min.js",
    "socket.io.min.js.map", "socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map",
    "socket.io.esm.min.js", "socket.io.esm.min.js.map"};

constexpr std::size_t largest_file = 4u << 20;

std::string path_of(const std::string &directory, std::string_view name) {
    return directory + "/" + std::string(name);
}

[[noreturn]] void refuse(const std::string &path, const std::string &why) {
    throw std::runtime_error("client bundle " + path + ": " + why);
}

// FNV-1a: the tag only has to change with the text.
std::string tag_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    char out[24];
    std::snprintf(out, sizeof out, "\"%016llx\"", static_cast<unsigned long long>(hash));
    return out;
}

} // namespace

Bundle::Bundle(const std::string &directory) {
    if (directory.empty()) return;
    for (const std::string_view name : names) {
        const std::string path = path_of(directory, name);
        if (!base::exists(path)) continue;
        std::string why;
        auto text = base::read_file(path, largest_file, base::Wanted::regular, why);
        if (!text) refuse(path, why);
        File file;
        file.name = name;
        file.text = *std::move(text);
        file.type = name.ends_with(".map") ? "application/json; charset=utf-8"
                                           : "application/javascript; charset=utf-8";
        file.etag = tag_of(file.text);
        files_.push_back(std::move(file));
    }
    if (files_.empty()) throw std::runtime_error("no client bundle in " + directory);
}

void Bundle::check(const std::string &directory) {
    if (directory.empty()) return;
    const auto some = std::count_if(names.begin(), names.end(), [&](std::string_view name) {
        const std::string path = path_of(directory, name);
        if (!base::exists(path)) return false;
        std::string why;
        if (!base::is_readable_file(path, largest_file, why)) refuse(path, why);
        return true;
    });
    if (some == 0) throw std::runtime_error("no client bundle in " + directory);
}

const Bundle::File *Bundle::find(std::string_view name) const noexcept {
    for (const File &file : files_)
        if (file.name == name) return &file;
    return nullptr;
}

Answer Bundle::answer(const File &file, std::string_view if_none_match) {
    Answer answer;
    answer.headers = "Cache-Control: public, max-age=0\r\nETag: " + file.etag + "\r\n";
    if (if_none_match == file.etag || if_none_match == "W/" + file.etag) {
        answer.status = 304;
        return answer;
    }
    answer.content_type = file.type;
    answer.body = file.text;
    return answer;
}

} // namespace roomd::net

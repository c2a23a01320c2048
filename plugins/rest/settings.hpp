#pragma once

#include <roomd/plugin.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::rest {

// A plugin's configuration, read key by key; each value that is not what it should be is a fault
// with its place, and reads as the default.
class Settings {
public:
    Settings(std::string_view json, Faults &faults);

    std::string text(const char *key, std::string_view otherwise);
    // An absolute path of URL characters, with no "." or ".." and no "//".
    std::string path(const char *key, std::string_view otherwise);
    std::uint32_t whole(const char *key, std::uint32_t least, std::uint32_t most,
                        std::uint32_t otherwise);
    // A list of these words, each at most once.
    std::vector<std::string> words(const char *key, const std::vector<std::string> &known);
    bool flag(const char *key, bool otherwise);
    double number(const char *key, double least, double most, double otherwise);
    bool has(const char *key) const { return node_.contains(key); }
    // The map behind `key`, empty when it is absent.
    Settings section(const char *key);

    // A fault for each key that was not asked for.
    void refuse_others();

private:
    Settings(nlohmann::json node, std::string where, Faults &faults) :
        node_(std::move(node)),
        where_(std::move(where)),
        faults_(&faults) {}
    const nlohmann::json *find(const char *key);
    void fault(const char *key, std::string_view text, std::string_view hint = {});

    nlohmann::json node_;
    std::string where_; // JSON pointer of node_
    Faults *faults_;
    std::vector<std::string_view> asked_;
};

} // namespace roomd::rest

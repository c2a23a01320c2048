#include "rest/settings.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace roomd::rest {
namespace {

bool is_path(std::string_view path) {
    constexpr std::string_view marks = "/-_.~";
    const auto good = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    };
    return path.size() > 1 && path.size() <= 256 && path.front() == '/' &&
           std::all_of(path.begin(), path.end(), good) &&
           path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos;
}

} // namespace

Settings::Settings(std::string_view json, Faults &faults) : faults_(&faults) {
    node_ = json.empty() ? nlohmann::json::object() : nlohmann::json::parse(json, nullptr, false);
    if (node_.is_object()) return;
    node_ = nlohmann::json::object();
    faults.add("", "the configuration is not a map");
}

const nlohmann::json *Settings::find(const char *key) {
    asked_.emplace_back(key);
    const auto it = node_.find(key);
    return it == node_.end() ? nullptr : &*it;
}

void Settings::fault(const char *key, std::string_view text, std::string_view hint) {
    faults_->add(where_ + "/" + key, std::string(key) + " " + std::string(text), hint);
}

std::string Settings::text(const char *key, std::string_view otherwise) {
    const auto *value = find(key);
    if (value == nullptr) return std::string(otherwise);
    if (value->is_string()) return value->get<std::string>();
    fault(key, "is not text");
    return std::string(otherwise);
}

std::string Settings::path(const char *key, std::string_view otherwise) {
    auto path = text(key, otherwise);
    if (is_path(path)) return path;
    fault(key, "is not an absolute path of the characters A-Z a-z 0-9 - _ . ~",
          "write " + std::string(otherwise));
    return std::string(otherwise);
}

std::uint32_t Settings::whole(const char *key, std::uint32_t least, std::uint32_t most,
                              std::uint32_t otherwise) {
    const auto *value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_number_unsigned()) {
        const auto n = value->get<std::uint64_t>();
        if (n >= least && n <= most) return static_cast<std::uint32_t>(n);
    }
    fault(key,
          "is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return otherwise;
}

std::vector<std::string> Settings::words(const char *key, const std::vector<std::string> &known) {
    const auto *value = find(key);
    if (value == nullptr) return known;
    std::vector<std::string> out;
    bool good = value->is_array();
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        const auto &one = (*value)[i];
        good = one.is_string() && std::find(known.begin(), known.end(), one) != known.end() &&
               std::find(out.begin(), out.end(), one) == out.end();
        if (good) out.push_back(one.get<std::string>());
    }
    if (!good)
        fault(key, "is not a list of these, each at most once: " + nlohmann::json(known).dump());
    return out;
}

bool Settings::flag(const char *key, bool otherwise) {
    const auto *value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_boolean()) return value->get<bool>();
    fault(key, "is not true or false");
    return otherwise;
}

double Settings::number(const char *key, double least, double most, double otherwise) {
    const auto *value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_number()) {
        const auto n = value->get<double>();
        if (n >= least && n <= most) return n;
    }
    fault(key, "is not a number from " + nlohmann::json(least).dump() + " to " +
                   nlohmann::json(most).dump());
    return otherwise;
}

Settings Settings::section(const char *key) {
    const auto *value = find(key);
    auto node = nlohmann::json::object();
    if (value != nullptr && value->is_object())
        node = *value;
    else if (value != nullptr)
        fault(key, "is not a map");
    return {std::move(node), where_ + "/" + key, *faults_};
}

void Settings::refuse_others() {
    for (const auto &item : node_.items()) {
        if (std::find(asked_.begin(), asked_.end(), item.key()) != asked_.end()) continue;
        const auto near = base::nearest(item.key(), asked_);
        faults_->add(where_ + "/" + item.key(), "there is no key \"" + item.key() + "\" here",
                     near.empty() ? std::string() : "write " + std::string(near));
    }
}

} // namespace roomd::rest

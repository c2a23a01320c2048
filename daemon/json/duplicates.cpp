#include "json/json.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace roomd::json {
namespace {

// Every name in the text with its object, found in one walk without recursion.
class Names {
public:
    explicit Names(std::string_view text) : text_(text) {}

    bool any_twice() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
                continue;
            }
            if (c == '{' || c == '[')
                open_.push_back({c == '{' ? ++objects_ : 0});
            else if ((c == '}' || c == ']') && !open_.empty())
                open_.pop_back();
            else if (c == ',' && !open_.empty())
                open_.back().named = false;
            ++at_;
        }
        std::sort(names_.begin(), names_.end());
        return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
    }

private:
    struct Open {
        std::size_t object; // its number; 0: an array
        bool named = false; // after a member's name, until the comma
    };

    // `at_` is at the opening quote; leaves it behind the closing one.
    void string() {
        const std::size_t from = at_;
        bool escaped = false;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            if (text_[at_] == '\\') {
                escaped = true;
                ++at_;
            }
        at_ = std::min(at_ + 1, text_.size());
        if (open_.empty() || open_.back().object == 0 || open_.back().named) return;
        open_.back().named = true;
        const auto literal = text_.substr(from, at_ - from);
        if (escaped)
            names_.emplace_back(open_.back().object,
                                unescaped_.emplace_back(json::string(literal)));
        else
            names_.emplace_back(open_.back().object, literal.substr(1, literal.size() - 2));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t objects_ = 0;
    std::vector<Open> open_;
    std::vector<std::pair<std::size_t, std::string_view>> names_;
    std::deque<std::string> unescaped_; // names_ views into them
};

} // namespace

bool has_duplicates(std::string_view text) {
    return Names(text).any_twice();
}

} // namespace roomd::json

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// A place in a file, counted from 1 as editors do.  line 0: the file as a whole.
struct Mark {
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t file = 0; // which of those that were read, in their order: 0 is the main file
};

// One thing that is wrong: where, what, and what to do about it.
struct Fault {
    std::string path;
    Mark mark;
    std::string what;
    std::string hint; // may be empty
};

// "roomd.yaml:14:11: what" and, when there is a hint, a second line "  hint".  No newline at the
// end.  Control characters are replaced: it is safe to print on a terminal.
std::string text(const Fault &);

// Everything that is wrong, so that one run shows all of it.  Keeps at most `most`.
class Faults {
public:
    static constexpr std::size_t most = 100;

    void add(Fault);
    // Something that is not a fault but should be known.  Keeps at most `most` of them too.
    void warn(Fault);
    const std::vector<Fault> &warnings() const noexcept { return warnings_; }
    bool empty() const noexcept { return list_.empty(); }
    const std::vector<Fault> &list() const noexcept { return list_; }
    // All in the order of the files and of each file; says when there were more than `most`.
    std::string text() const;

private:
    std::vector<Fault> list_;
    std::vector<Fault> warnings_;
    std::size_t left_out_ = 0;
};

} // namespace roomd::config

#pragma once

#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>

namespace roomd::test {

// Catches what goes to stderr while it lives.
class Stderr {
public:
    Stderr() : file_(std::tmpfile()), saved_(dup(2)) { dup2(fileno(file_), 2); }
    ~Stderr() {
        put_back();
        std::fclose(file_);
    }
    Stderr(const Stderr &) = delete;
    Stderr &operator=(const Stderr &) = delete;

    std::vector<std::string> lines() {
        put_back();
        std::rewind(file_);
        std::vector<std::string> out(1);
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) {
            if (c == '\n')
                out.emplace_back();
            else
                out.back() += static_cast<char>(c);
        }
        out.pop_back();
        return out;
    }

private:
    void put_back() {
        if (saved_ < 0) return;
        dup2(saved_, 2);
        close(saved_);
        saved_ = -1;
    }
    std::FILE *file_;
    int saved_;
};

} // namespace roomd::test

#pragma once

#include "codegen/contract.hpp"

#include <string>
#include <vector>

namespace roomd::codegen {

// Writes types for Python's checkers.  A TypedDict has a name: those within others get theirs from
// where they are.
class PythonTypes {
public:
    explicit PythonTypes(const Contract &contract);

    // An expression.  `name`: what it is called if it needs a name.
    std::string write(const Type &, const std::string &name);
    // The statements that the expressions need, each a line, in an order in which they may stand.
    const std::vector<std::string> &lines() const noexcept { return lines_; }
    // The names that they define, each of which a program may import.
    const std::vector<std::string> &names() const noexcept { return names_; }
    void define(const std::string &name, const Type &);

private:
    std::string object(const Type &, const std::string &name);
    void typed_dict(const std::string &name, const Type &);
    std::string fresh(const std::string &name) const;

    std::vector<std::string> taken_, lines_, names_;
};

} // namespace roomd::codegen

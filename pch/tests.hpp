// What every test includes, for the same reason as standard.hpp.
#include "standard.hpp"

#include <doctest/doctest.h>

"""Turns a file into a C++ source that holds it."""
import sys

source, target = sys.argv[1:]
data = open(source, 'rb').read()
lines = [','.join(str(b) for b in data[i:i + 20]) for i in range(0, len(data), 20)]
with open(target, 'w') as out:
    out.write('#include "test_event/console.hpp"\n'
              'namespace roomd::test_event {\n'
              'namespace {\n'
              'constexpr unsigned char page[] = {\n' + ',\n'.join(lines) + '};\n'
              '}\n'
              'std::string_view console_page() noexcept {\n'
              '    return {reinterpret_cast<const char *>(page), sizeof page};\n'
              '}\n'
              '}\n')

"""embed.py OUT FILE...: a C++ source that holds the files of sql/, with their numbers."""
import os
import sys

target, *sources = sys.argv[1:]
arrays, entries = [], []
for source in sorted(sources, key=os.path.basename):
    name = os.path.basename(source)
    number = int(name.split('_')[0])
    with open(source, 'rb') as file:
        data = file.read()
    lines = [','.join(map(str, data[i:i + 20])) for i in range(0, len(data), 20)]
    arrays.append(f'constexpr unsigned char file{number}[] = {{\n' + ',\n'.join(lines) + '};\n')
    entries.append(f'    {{{number}, "{name}", {{reinterpret_cast<const char *>(file{number}), sizeof file{number}}}}}')
with open(target, 'w', encoding='ascii') as out:
    out.write('#include "postgres/sql_files.hpp"\n'
              'namespace roomd::postgres {\n'
              'namespace {\n' + ''.join(arrays) + '}\n'
              'std::span<const SqlFile> sql_files() noexcept {\n'
              '    static const SqlFile files[] = {\n' + ',\n'.join(entries) + '};\n'
              '    return files;\n'
              '}\n'
              '}\n')

#!/usr/bin/env python3
"""Writes a C++ source in which a function gives the content of files.

embed.py OUT HEADER FUNCTION FILE        std::string_view FUNCTION() noexcept
embed.py OUT HEADER FUNCTION FILE... --of STRUCT
    std::span<const STRUCT> FUNCTION() noexcept, in the order of the names; each is made of the number
    that its name begins with, its name, and its content.
embed.py OUT HEADER FUNCTION FILE... --named STRUCT
    the same of its name and its content.

HEADER declares FUNCTION, which is named with its namespaces: roomd::config::dev_yaml.
"""
import argparse
import os


def array(name, path):
    with open(path, 'rb') as file:
        data = file.read()
    lines = [','.join(map(str, data[i:i + 20])) for i in range(0, len(data), 20)]
    return f'constexpr unsigned char {name}[] = {{\n' + ',\n'.join(lines) + '};\n'


def view(name):
    return f'{{reinterpret_cast<const char *>({name}), sizeof {name}}}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('header')
    parser.add_argument('function')
    parser.add_argument('files', nargs='+')
    parser.add_argument('--of', metavar='STRUCT')
    parser.add_argument('--named', metavar='STRUCT')
    args = parser.parse_args()
    files = sorted(args.files, key=os.path.basename)
    # Several of these may be compiled as one unit.
    name = args.function.rsplit('::')[-1] + '_'
    arrays = [array(f'{name}{i}', path) for i, path in enumerate(files)]
    struct = args.of or args.named
    if struct:
        names = [os.path.basename(path) for path in files]
        numbers = [f'{int(file.split("_")[0])}, ' if args.of else '' for file in names]
        entries = [f'        {{{numbers[i]}"{file}", {view(f"{name}{i}")}}}'
                   for i, file in enumerate(names)]
        body = (f'std::span<const {struct}> {args.function}() noexcept {{\n'
                f'    static const {struct} files[] = {{\n' + ',\n'.join(entries) + '};\n'
                '    return files;\n}\n')
    else:
        body = (f'std::string_view {args.function}() noexcept {{\n'
                f'    return {view(f"{name}0")};\n}}\n')
    with open(args.out, 'w', encoding='ascii') as out:
        out.write(f'#include "{args.header}"\n\nnamespace {{\n' + ''.join(arrays) + '}\n\n' + body)


main()

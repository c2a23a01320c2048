"""The plugin in docs/plugins.md is the file that is compiled and tested, letter by letter."""
import sys

code, page = (open(name, encoding='utf-8').read() for name in sys.argv[1:])
if '```cpp\n' + code + '```' not in page:
    sys.exit(sys.argv[2] + ': the example is not the text of ' + sys.argv[1])

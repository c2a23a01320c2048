"""run.py NAME: the tests in NAME_test.py; 77, which is "skipped", where there is no PostgreSQL."""
import sys
import unittest

import server

if __name__ == "__main__":
    if not server.programs():
        print("there is no initdb: install postgresql, or set ROOMD_PG_BIN")
        sys.exit(77)
    done = unittest.main(module=sys.argv[1] + "_test", argv=sys.argv[:1], exit=False, verbosity=2).result
    sys.exit(0 if done.wasSuccessful() else 1)

"""Runs the test cases of one file and prints one line of JSON per case: its promise (the first line of its docstring) and its error."""

import importlib
import json
import sys
import traceback
import unittest


class Lines(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.error = None

    def addError(self, test, err):
        self.error = "".join(traceback.format_exception(*err))

    addFailure = addError

    def stopTest(self, test):
        print(json.dumps({"promise": test.shortDescription() or test.id(), "error": self.error}), flush=True)
        super().stopTest(test)


unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(sys.argv[1])).run(Lines())

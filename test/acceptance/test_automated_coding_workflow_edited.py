"""Acceptance tests for the document "Automated Coding Workflow" after one edit, written from it alone: the entire workflow
is serialized to XML format; it was JSON.
"""
import re
import unittest
from xml.etree import ElementTree

import test_automated_coding_workflow as before
from test_automated_coding_workflow import *
from test_automated_coding_workflow import Workflow as Before
from test_automated_coding_workflow import project_source

before.SERIAL = "xml|serial|dump|export|save"
before.PROMISES = "xml|serial"


def read_back(text):
    """The value of a text in the format that the document asks for; raises ValueError for another."""
    if isinstance(text, (bytes, bytearray)):
        text = text.decode("utf-8")
    if not isinstance(text, str):
        raise ValueError("not a text")
    root = ElementTree.fromstring(text.encode("utf-8") if "<?xml" not in text else re.sub(
        r"^\s*<\?xml.*?\?>", "", text, flags=re.S).encode("utf-8"))
    return ElementTree.tostring(root, encoding="unicode")


before.read_back = read_back


class Workflow(Before):
    def test_serializes(self):
        """Serialize the entire workflow to XML format."""
        self.assertTrue("xml" in project_source().lower(), "no word of XML in the package")
        text, value = self.serialized(self.workflow())
        self.assertEqual(read_back(text), value)


del Before

if __name__ == "__main__":
    unittest.main()

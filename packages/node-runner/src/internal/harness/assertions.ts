/**
 * Which functions of the tests hold an assertion, by what their source says before any of it runs: `assert`, a call of
 * `assert…` or `fail`, `pytest.raises` and the like, or a call of a function or method of the tests that does.
 */
export const assertions = `
import ast

ASSERTION = re.compile(r"assert\\w*$|assert_|fail$")
OF_PYTEST = {"raises", "warns", "fail", "deprecated_call"}


def is_of_tests(path):
    *folders, name = path.split("/")
    return path.endswith(".py") and (
        name.startswith("test") or name.endswith("_test.py") or name == "conftest.py"
        or any(folder in ("test", "tests") for folder in folders)
    )


def called_in(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            yield None
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                owner = called.value
                yield None if isinstance(owner, ast.Name) and owner.id == "pytest" and called.attr in OF_PYTEST else called.attr
            elif isinstance(called, ast.Name):
                yield called.id


# The places, file and line, of the functions that assert.
def asserting_in(root, paths):
    calls, names = {}, {}
    for path in filter(is_of_tests, paths):
        try:
            with open(f"{root}/{path}", "rb") as file:
                tree = ast.parse(file.read())
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    place = (f"{root}/{path}", min([node.lineno, *(d.lineno for d in node.decorator_list)]))
                    calls[place] = set(called_in(node))
                    names.setdefault(node.name, []).append(place)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    asserting = set()

    def does(name):
        if name is None:
            return True
        own = names.get(name)
        return any(place in asserting for place in own) if own else ASSERTION.match(name) is not None

    grown = True
    while grown:
        more = {place for place, called in calls.items() if place not in asserting and any(map(does, called))}
        grown = bool(more)
        asserting |= more
    return asserting


def place_of(function):
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return None if code is None else (os.path.abspath(code.co_filename), code.co_firstlineno)
`

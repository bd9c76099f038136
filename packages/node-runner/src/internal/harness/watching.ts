/** What `unittest` consists of before any module of the tests is loaded, and what of it was replaced since. */
export const watching = `
def classes_of(module):
    return [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__]


def parts_of(owner):
    for name, value in list(vars(owner).items()):
        plain = getattr(value, "__func__", getattr(value, "fget", value))
        if hasattr(plain, "__code__"):
            yield owner, name, value, plain, plain.__code__
        elif name == "failureException" or isinstance(owner, types.ModuleType) and isinstance(value, type):
            yield owner, name, value, None, None


def watch(*owners):
    WATCHED.extend(part for owner in owners for part in parts_of(owner))


def watch_unittest(*modules):
    for module in modules:
        watch(module, *classes_of(module))


WATCHED = []
LOOKUPS = ("__getattribute__", "__getattr__", "__setattr__")
watch_unittest(unittest, case, loader, result, suite)
ASSERTIONS = {
    name: value for name, value in vars(case.TestCase).items()
    if inspect.isfunction(value) and (name.startswith("assert") or name in ("fail", "subTest", "skipTest"))
}
OWN_LOOKUPS = [(c, name) for c in (case.TestCase, case._Outcome) for name in LOOKUPS if name in vars(c)]


def replaced():
    for owner, name, value, plain, code in WATCHED:
        if vars(owner).get(name) is not value or (plain is not None and plain.__code__ is not code):
            home = (getattr(owner, "__module__", None) or owner.__name__).partition(".")[0]
            return f"{owner.__name__}.{name} of {'pytest' if home == 'pytest' else 'unittest'} was replaced"
    for owner in (case.TestCase, case._Outcome):
        for name in LOOKUPS:
            if name in vars(owner) and (owner, name) not in OWN_LOOKUPS:
                return f"{owner.__name__}.{name} was added to unittest"
    return None
`

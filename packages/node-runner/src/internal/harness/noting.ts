/**
 * What comes of each test, told by a result of `unittest` that tests cannot change unseen. An outcome once noted stays,
 * and the worst one of a test counts. Passed is only what was seen to begin and to come back with nothing: each test is
 * entered through a function of this text, with the assertions that `unittest` had before any module of the tests was
 * loaded; before and after it, what `unittest` consists of is compared with what it was then.
 */
export const noting = `
# What is not as it was: of unittest, and of a test where one is given.
def look(seen=None):
    doubt = replaced()
    if not doubt and seen is not None:
        outcome, own = getattr(seen.owner, "_outcome", None), getattr(seen.owner, "__dict__", {})
        if outcome is not None and (
            type(outcome) is not case._Outcome or outcome.result is not seen.result or "testPartExecutor" in vars(outcome)
        ):
            doubt = f"{name_of(seen.test)} replaced what unittest notes its outcome with"
        elif any(own.get(name) is not value for name, value in seen.assertions.items()):
            doubt = f"{name_of(seen.test)} replaced its own assertions"
    if doubt and doubt not in doubts:
        doubts.append(doubt)


def name_of(test):
    try:
        if hasattr(test, "nodeid"):
            path, *names = test.nodeid.split("::")
            return ".".join([path.removesuffix(".py").replace("/", "."), *names])
        return str(test.id()).removeprefix("unittest.loader._FailedTest.")
    except BaseException:
        return str(type(test))


def cases_in(found):
    try:
        parts = iter(found)
    except TypeError:
        return [found]
    return [one for part in parts for one in cases_in(part)]


def shorten(text):
    text = text.strip().replace(f'File "{ROOT}/', 'File "')
    return text if len(text) <= DETAIL else "...\\n" + text[-DETAIL:].partition("\\n")[2]


# The last frames, of more than anybody reads.
def ends_of(trace):
    frames, rest = 0, trace
    while rest is not None:
        frames, rest = frames + 1, rest.tb_next
    for _ in range(frames - 1000):
        trace = trace.tb_next
    return trace


# The frames of the tests and the code, without those of what runs them and of what asserts.
def describe(kind, error, trace, is_assertion=False):
    try:
        told = traceback.TracebackException(kind, error, ends_of(trace))
        own = [i for i, frame in enumerate(told.stack) if frame.filename.startswith(ROOT)]
        if not own:
            return shorten("".join(told.format_exception_only()))
        told.stack[:] = told.stack[own[0]:own[-1] + 1 if is_assertion else None]
        return shorten("".join(told.format()))
    except BaseException:
        return getattr(kind, "__name__", "an exception that cannot be shown")


# Whoever was forked by a test and comes back here has no say.
def only_here():
    if getpid() != OWNER:
        leave(1)


class Witness:
    __slots__ = ("test", "owner", "result", "left", "raised", "assertions", "outcomes", "details", "asserts")

    def __init__(self, test):
        self.test, self.owner, self.result, self.left, self.raised, self.assertions = test, None, None, 0, False, {}
        self.outcomes, self.details, self.asserts = [], [], False


witnesses = {}


class Unasserted(Exception):
    __module__ = "builtins"


def gave_back(value):
    if value is None:
        return
    if inspect.iscoroutine(value) or inspect.isgenerator(value):
        value.close()
    raise Unasserted(f"it gave back a value ({type(value).__name__}): a test that does has not asserted what it seems to")


def enter(seen):
    only_here()
    look(seen)


def left(seen, error=None):
    only_here()
    look(seen)
    outcome = getattr(seen.owner, "_outcome", None)
    if error is None and getattr(outcome, "success", True):
        seen.left += 1
    else:
        seen.raised = True


# It takes time to load, and is only where a test has loaded it.
def is_isolated(test):
    module = sys.modules.get("unittest.async_case")
    return module is not None and isinstance(test, module.IsolatedAsyncioTestCase)


def entering(seen, method):
    if is_isolated(seen.owner) and inspect.iscoroutinefunction(method):
        async def witnessed(*args, **more):
            enter(seen)
            try:
                gave_back(await method(*args, **more))
            except BaseException as error:
                left(seen, error)
                raise
            left(seen)
    else:
        def witnessed(*args, **more):
            enter(seen)
            try:
                gave_back(method(*args, **more))
            except BaseException as error:
                left(seen, error)
                raise
            left(seen)
    return functools.wraps(method)(witnessed)


# Gives a case the assertions that unittest had at first, but for those that it has in their place.
def arm(seen, owner, result):
    kind = type(owner)
    seen.owner, seen.result = owner, result
    seen.assertions = {name: value.__get__(owner) for name, value in ASSERTIONS.items() if getattr(kind, name) is value}
    vars(owner).update(seen.assertions)


def accompany(test):
    seen = Witness(test)
    try:
        if isinstance(test, case.TestCase):
            name = test._testMethodName
            method = getattr(test, name)
            seen.asserts = place_of(getattr(test, "_testFunc", method)) in asserting
            arm(seen, test, noting)
            vars(test)[name] = entering(seen, method)
    except BaseException:
        pass
    witnesses[id(test)] = seen


# Without a dictionary of its own: nothing of it can be replaced for one test.
class Noting:
    __slots__ = (
        "failures", "errors", "shouldStop", "failfast", "buffer", "tb_locals", "testsRun",
        "_previousTestClass", "_testRunEntered", "_moduleSetUpFailed",
    )

    def __init__(self):
        self.failures, self.errors, self.testsRun = [], [], 0
        self.shouldStop = self.failfast = self.buffer = self.tb_locals = self._testRunEntered = False
        self._previousTestClass, self._moduleSetUpFailed = None, False

    def startTest(self, test):
        only_here()
        self.testsRun += 1
        if id(test) not in witnesses:
            accompany(test)
            witnesses[id(test)].left = 0
        announce(name_of(test))
        look()

    def stopTest(self, test):
        only_here()
        look()
        seen = witnesses.pop(id(test), None) or Witness(test)
        if not seen.outcomes:
            note(seen, "error", "it ended without an outcome")
        if all(outcome == "passed" for outcome in seen.outcomes) and (seen.raised or not seen.left):
            note(seen, "error", "what it raised was lost" if seen.raised else "it counted as passed, and never ran")
        tell(test, seen)

    def startTestRun(self):
        pass

    def stopTestRun(self):
        pass

    def stop(self):
        self.shouldStop = True

    def wasSuccessful(self):
        return not self.failures and not self.errors

    def addSuccess(self, test):
        noted(test, "passed")

    def addError(self, test, err):
        self.errors.append((test, raised(test, "error", err)))

    def addFailure(self, test, err):
        self.failures.append((test, raised(test, "failed", err)))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            is_failure = issubclass(err[0], test.failureException)
            to = self.failures if is_failure else self.errors
            to.append((subtest, raised(subtest, "failed" if is_failure else "error", err)))

    def addSkip(self, test, reason):
        noted(test, "skipped", str(reason))

    def addExpectedFailure(self, test, err):
        noted(test, "expected-failure")

    def addUnexpectedSuccess(self, test):
        noted(test, "failed", "it was expected to fail, and passed")

    def addDuration(self, test, elapsed):
        pass


watch(Noting)
outcomes = []


def tell(test, seen):
    outcome = min(seen.outcomes, key=WORST_FIRST.index)
    line = {"test": name_of(test), "outcome": outcome, "asserts": seen.asserts}
    if seen.details:
        line["detail"] = shorten("\\n\\n".join(seen.details))
    outcomes.append(line)


def note(seen, outcome, detail=None):
    seen.outcomes.append(outcome)
    if detail:
        seen.details.append(detail)


def noted(test, outcome, detail=None):
    only_here()
    seen = witnesses.get(id(getattr(test, "test_case", test)))
    if seen is not None:
        return note(seen, outcome, detail)
    # the setting up of a class or a module
    seen = Witness(test)
    note(seen, outcome, detail)
    tell(test, seen)


def raised(test, outcome, err):
    text = describe(*err, is_assertion=outcome == "failed")
    lacks = lacking(text)
    limit = next((reason for reason, says in LIMITS if says.search(text)), None)
    if lacks:
        outcome, text = "unsupported", f"{text.rstrip()}\\nThis sandbox has no {lacks}."
    elif limit:
        limits.append([limit, f"{name_of(test)}: {text}"])
    part = f"{test._subDescription()}\\n" if isinstance(test, case._SubTest) else ""
    noted(test, outcome, part + text)
    return text


noting = Noting()
`

/**
 * Runs the tests by pytest, where the interpreter has it, with a plugin that notes as `unittest`'s result does: an item
 * passed that was entered and came back with nothing. What a `conftest.py` makes of an outcome changes none; an item
 * that it takes away was found, and did not run.
 */
export const pytestHarness = `
def outcome_of(call, report, pytest):
    error = call.excinfo and call.excinfo.value
    if error is None:
        return None
    if hasattr(report, "wasxfail") or isinstance(error, pytest.xfail.Exception):
        return "expected-failure"
    if isinstance(error, (pytest.skip.Exception, unittest.SkipTest)):
        return "skipped"
    return "failed" if isinstance(error, (AssertionError, pytest.fail.Exception)) else "error"


def run_pytest(pytest):
    items, done = {}, set()

    class Plugin:
        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config):
            os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)

        @pytest.hookimpl(trylast=True)
        def pytest_sessionstart(self, session):
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter:
                reporter._tw._file = open(os.devnull, "w")

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection(self, session):
            forget_shadowed()

        def pytest_itemcollected(self, item):
            items[item.nodeid] = item
            seen = witnesses[id(item)] = Witness(item)
            seen.asserts = place_of(getattr(item, "obj", None)) in asserting

        def pytest_collectreport(self, report):
            if report.outcome != "passed":
                seen = Witness(report)
                text = shorten(str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr))
                lacks = lacking(re.sub("^E +", "", text, flags=re.M))
                note(seen, "skipped" if report.outcome == "skipped" else "unsupported" if lacks else "error", text)
                tell(report, seen)

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_finish(self, session):
            look()
            say({"found": [name_of(item) for item in items.values()], "notRun": []})

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logstart(self, nodeid, location):
            only_here()
            announce(name_of(items.get(nodeid, nodeid)))
            look()

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_call(self, item):
            seen = witnesses[id(item)]
            if isinstance(item, pytest.Function):
                instance = getattr(item, "instance", None)
                is_case = isinstance(instance, case.TestCase)
                if is_case:
                    arm(seen, instance, item)
                item.obj = entering(seen, item.obj)
                if is_case:
                    vars(instance)[item.name] = item.obj

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item, call):
            made = yield
            only_here()
            look()
            report = made.get_result()
            outcome = outcome_of(call, report, pytest)
            if outcome in ("failed", "error"):
                raised(item, outcome, (call.excinfo.type, call.excinfo.value, call.excinfo.tb))
            elif outcome:
                noted(item, outcome, str(call.excinfo.value))
            elif report.outcome == "failed":
                noted(item, "failed", str(report.longrepr))
            elif call.when == "call":
                if hasattr(report, "wasxfail"):
                    noted(item, "failed", "it was expected to fail, and passed")
                else:
                    noted(item, "passed")

        # parts of a test, which no call ends with
        def pytest_runtest_logreport(self, report):
            if report.outcome == "failed" and report.nodeid in items and type(report) is not pytest.TestReport:
                part = getattr(report, "_sub_test_description", lambda: "a part of it")()
                noted(items[report.nodeid], "failed", f"{part}\\n{report.longrepr}")

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logfinish(self, nodeid, location):
            only_here()
            item = items.get(nodeid)
            if item is not None and nodeid not in done:
                done.add(nodeid)
                noting.stopTest(item)

        def pytest_internalerror(self, excrepr, excinfo):
            doubts.append(describe(excinfo.type, excinfo.value, excinfo.tb))

        def pytest_keyboard_interrupt(self, excinfo):
            doubts.append(describe(excinfo.type, excinfo.value, excinfo.tb))

    watch(pytest, Plugin)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # what differs is told whole; before version 8 with all else that is told
    whole = ["-o", "verbosity_assertions=2"] if int(pytest.__version__.split(".")[0]) >= 8 else ["-vv"]
    options = ["--rootdir", ROOT, "--confcutdir", ROOT, "-o", "python_files=test*.py *_test.py", *whole, "-s", "--tb=no", "--continue-on-collection-errors"]
    try:
        pytest.main([".", *options, "-p", "no:cacheprovider", "-p", "no:faulthandler"], plugins=[Plugin()])
    except BaseException as error:
        doubts.append(describe(type(error), error, error.__traceback__))
    say(json.loads(end()))
`

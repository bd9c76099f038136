import { unittestHarness } from "./unittestHarness.ts"
import { compiled, inPyodide } from "./unsupported.ts"

/** What the harness needs besides where Python is Pyodide: nothing of the host in reach, and a plain `asyncio`. */
export const pyodideHarness = `${unittestHarness}
import asyncio, selectors
from io import FileIO
from unittest import async_case

UNSUPPORTED = ${compiled(inPyodide)}
watch_unittest(async_case)


def no_signals(*parts):
    raise NotImplementedError("no signals")


class Waiting(selectors.SelectSelector):
    def select(self, timeout=None):
        time.sleep(3600 if timeout is None else max(timeout, 0))
        return []


def use_plain_asyncio():
    asyncio.run, time.sleep = asyncio.run.__wrapped__, time.sleep.__wrapped__
    asyncio.events._set_event_loop_policy(None)
    asyncio.events._set_running_loop(None)
    selectors.DefaultSelector = Waiting
    loop = asyncio.selector_events.BaseSelectorEventLoop
    asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = no_signals
    loop._csock, loop._make_self_pipe, loop._close_self_pipe = None, lambda self: None, lambda self: None


def hide_host():
    bridge = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core")
    sys.meta_path[:] = [finder for finder in sys.meta_path if "yodide" not in getattr(finder, "__module__", "")]
    for name in list(sys.modules):
        if name.partition(".")[0] in bridge:
            del sys.modules[name]
    for name in bridge:
        sys.modules[name] = None


# After the end of the interpreter the process still reads this file.
def announce(name):
    with FileIO("/lib/running", "w") as file:
        file.write(name.encode(errors="replace"))


def prepare():
    use_plain_asyncio()
`

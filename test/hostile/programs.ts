import { tests } from "./verdicts.ts"

/** What comes of a program: a report, or why there is none. */
export type Outcome =
  | "green"
  | "red"
  | "unsupported"
  | "TimedOut"
  | "OutOfMemory"
  | "OutOfProcesses"
  | "FileTooLarge"
  | "Crashed"

/** A program that would do harm. One that asserts that it could not is green. */
export interface Program {
  readonly files: Readonly<Record<string, string>>
  readonly bubblewrap: ReadonlyArray<Outcome>
  readonly pyodide: ReadonlyArray<Outcome>
}

/** In the command line of whatever is started and not waited for. */
export const mark = "left-behind-by-a-hostile-test"

const head = `import atexit, ctypes, os, shutil, signal, socket, subprocess, sys, threading, time
start = lambda code, **how: subprocess.Popen([sys.executable, "-c", code + "  # ${mark}"], **how)
def fails(action, *errors):
    try: value = action()
    except (errors or OSError): return True
    raise AssertionError(f"it could: {value!r}")`

const program = (
  body: string,
  bubblewrap: Outcome | ReadonlyArray<Outcome>,
  pyodide: Outcome | ReadonlyArray<Outcome> = bubblewrap
): Program => ({
  files: {
    "code.py": "def add(a, b): return a + b\n",
    "test_it.py": tests(`def test_it(self):\n${body.replaceAll(/^(?=.)/gm, "    ")}`, head)
  },
  bubblewrap: [bubblewrap].flat(),
  pyodide: [pyodide].flat()
})

/** Each with what comes of it in each sandbox. */
export const programs: Readonly<Record<string, Program>> = {
  // time
  "a loop": program("while True: pass", "TimedOut"),
  "a loop in C": program("import collections, itertools\ncollections.deque(itertools.repeat(0), maxlen=0)", "TimedOut"),
  "a loop that takes no exception": program(
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "TimedOut"
  ),
  "a loop that takes no signal": program(
    "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass",
    "TimedOut"
  ),
  "a loop at the end of the process": program(
    "atexit.register(lambda: exec('while True: pass'))\nself.assertTrue(1)",
    "green"
  ),
  "a sleep": program("time.sleep(3600)", "TimedOut"),
  "a pattern that never matches": program("import re\nre.match('(a+)+$', 'a' * 60 + 'b')", "TimedOut"),
  "a stop of itself": program("os.kill(os.getpid(), signal.SIGSTOP)", "TimedOut", [
    "green",
    "red",
    "unsupported",
    "Crashed"
  ]),
  "threads that go on": program(
    "[threading.Thread(target=time.sleep, args=(3600,)).start() for _ in range(3)]\nself.assertTrue(1)",
    "green",
    "unsupported"
  ),
  // processes
  "a fork bomb": program("while True: os.fork()", "OutOfProcesses", "unsupported"),
  "a fork bomb that takes no exception": program(
    "while True:\n    try: os.fork()\n    except OSError: pass",
    ["TimedOut", "OutOfMemory"],
    "TimedOut"
  ),
  "a bomb of threads": program(
    "while True: threading.Thread(target=time.sleep, args=(3600,)).start()",
    "OutOfProcesses",
    "unsupported"
  ),
  "a bomb of subprocesses": program(
    "while True: start('import time; time.sleep(3600)')",
    "OutOfProcesses",
    "unsupported"
  ),
  "an orphan": program(
    "start('import time; time.sleep(3600)', start_new_session=True)\nself.assertTrue(1)",
    "green",
    "unsupported"
  ),
  "a daemon": program(
    `if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3600)  # ${mark}"])
    os._exit(0)
os.wait()
self.assertTrue(1)`,
    "green",
    "unsupported"
  ),
  "a child that goes on with the tests": program("if os.fork() != 0: time.sleep(3600)", "TimedOut", "unsupported"),
  "a signal to the parent": program(
    "try: os.kill(os.getppid(), signal.SIGKILL)\nexcept PermissionError: pass\nself.fail()",
    ["red", "Crashed"],
    ["red", "unsupported", "Crashed"]
  ),
  "a signal to all": program(
    "os.kill(-1, signal.SIGKILL)\nself.fail()",
    ["red", "Crashed"],
    ["red", "Crashed", "unsupported"]
  ),
  "an end by a signal": program("os.kill(os.getpid(), signal.SIGKILL)", "Crashed", ["Crashed", "red", "unsupported"]),
  "an abort": program("os.abort()", "Crashed"),
  "another program in its place": program("os.execv('/bin/sh', ['sh', '-c', 'exit 0'])", "Crashed", [
    "red",
    "unsupported",
    "Crashed"
  ]),
  "a fault of the machine": program("ctypes.CDLL(None).abort()", "Crashed"),
  "an end of the stack": program(
    "sys.setrecursionlimit(10**9)\ndef f(): return f() + 1\nf()",
    ["Crashed", "OutOfMemory", "TimedOut"],
    ["Crashed", "red"]
  ),
  "deep nesting": program("x = []\nfor _ in range(10**6): x = [x]\nsys.setrecursionlimit(10**9)\nrepr(x)", "Crashed", [
    "Crashed",
    "red"
  ]),
  // memory, files and output
  "a memory bomb": program("kept = []\nwhile True: kept.append(bytearray(2**22))", "OutOfMemory"),
  "more memory than there is": program("bytearray(2**42)", "OutOfMemory", ["OutOfMemory", "red"]),
  "memory of many processes": program(
    `for _ in range(12):
    if os.fork() == 0:
        kept = bytearray(b"x") * (100 * 2**20)
        time.sleep(3600)
time.sleep(3600)`,
    "OutOfMemory",
    "unsupported"
  ),
  "a large file": program(
    "with open('x', 'wb') as f:\n    while True: f.write(bytes(2**20))",
    "FileTooLarge",
    "OutOfMemory"
  ),
  "many files": program(
    "for n in range(10**6):\n    with open(f'{n}', 'wb') as f: f.write(bytes(2**24))",
    "FileTooLarge",
    "OutOfMemory"
  ),
  "many temporary files": program(
    "for n in range(10**6):\n    with open(f'/tmp/{n}', 'wb') as f: f.write(bytes(2**24))",
    "FileTooLarge",
    "OutOfMemory"
  ),
  "output without an end": program("while True: print('x' * 10000)", "TimedOut"),
  "errors without an end": program("while True: sys.stderr.write('x' * 10000)", "TimedOut"),
  "much output": program("print('x' * 10**7)\nself.assertTrue(1)", "green"),
  "a long message": program("self.fail('x' * 10**7)", "red"),
  "many failures": program("for n in range(2000):\n    with self.subTest(n): self.fail()", "red"),
  "more than it may have": program(
    "import resource\nfor what in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE): fails(lambda: resource.setrlimit(what, (-1, -1)), ValueError)",
    "green",
    "unsupported"
  ),
  // what is outside
  "files of the host": program(
    "for path in ('/etc/passwd', '/etc/shadow', '/root/.ssh', '/home', '/var', '/opt', '/run', '/proc/1/root/etc', '/etc/hosts'):\n    fails(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())",
    "green",
    ["green", "red"]
  ),
  "the environment of the host": program(
    "self.assertEqual(set(os.environ) - {'HOME', 'PATH', 'PWD', 'USER', 'LOGNAME', 'LANG', '_', 'PYTEST_CURRENT_TEST', 'PYTEST_VERSION'}, set())\nself.assertNotIn('STEPWRIGHT_TEST', str(os.environ))",
    "green",
    ["green", "red"]
  ),
  "the environment of another process": program(
    "fails(lambda: open('/proc/1/environ').read())\nfails(lambda: open(f'/proc/{os.getppid()}/environ').read())",
    "green"
  ),
  "memory of another process": program("fails(lambda: open(f'/proc/{os.getppid()}/mem', 'rb').read(1))", "green"),
  "processes of the host": program(
    "self.assertLess(len([p for p in os.listdir('/proc') if p.isdecimal()]), 6)",
    "green"
  ),
  "a connection": program("fails(lambda: socket.create_connection(('127.0.0.1', PORT), timeout=1))", "green"),
  "a name of the network": program("fails(lambda: socket.getaddrinfo('example.org', 80))", "green", ["green", "red"]),
  "a socket of the host": program(
    "fails(lambda: socket.socket(socket.AF_UNIX).connect('/run/docker.sock'), OSError, AttributeError)",
    "green"
  ),
  "writing elsewhere": program(
    "for path in ('/x', '/usr/x', '/etc/x', '/dev/x', '/root/x', os.__file__, sys.executable):\n    fails(lambda: open(path, 'w'))",
    "green",
    ["green", "red"]
  ),
  "a link that leads out": program(
    "os.symlink('/etc/passwd', 'x')\nfails(lambda: open('x').read())\nos.symlink('/', 'y')\nself.assertNotIn('home', os.listdir('y'))",
    "green",
    ["green", "red"]
  ),
  "another user": program("fails(lambda: os.setuid(0) if os.getuid() else os.setuid(1))", "green", [
    "green",
    "red",
    "unsupported"
  ]),
  "a device": program(
    "fails(lambda: os.mknod('x', 0o60666, os.makedev(8, 0)))\nfails(lambda: open('/dev/mem', 'rb'))",
    "green",
    ["green", "red", "unsupported"]
  ),
  "a mount": program("self.assertEqual(ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None), -1)", "green", [
    "green",
    "red",
    "Crashed"
  ]),
  "what is read from a person": program("fails(input, EOFError, OSError)", "green"),
  // the report and the files that it is about
  "closed descriptors": program("os.closerange(0, 256)\nself.fail()", ["Crashed", "red"]),
  "descriptors that lead to nothing": program(
    "for fd in range(256):\n    try: os.dup2(os.open(os.devnull, os.O_RDWR), fd)\n    except OSError: pass\nself.fail()",
    ["Crashed", "red"]
  ),
  "what is written to every descriptor": program(
    "for fd in range(3, 256):\n    try: os.write(fd, b'{}\\n')\n    except OSError: pass\nself.assertTrue(1)",
    "red",
    ["green", "red"]
  ),
  "its own text": program(
    "fails(lambda: open(__file__, 'w'))\nfails(lambda: os.chmod(__file__, 0o777))",
    "green",
    "red"
  ),
  "another file in the place of its own": program(
    "open('x', 'w').close()\nfails(lambda: os.replace('x', __file__))\nfails(lambda: os.unlink(__file__))",
    "green",
    "red"
  ),
  "the text of the code": program("open('code.py', 'w').write('')\nself.assertTrue(1)", "red"),
  "no file left": program("shutil.rmtree('.', ignore_errors=True)\nself.assertTrue(1)", "red")
}

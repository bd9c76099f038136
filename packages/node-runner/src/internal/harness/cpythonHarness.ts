import { pytestHarness } from "./pytestHarness.ts"
import { unittestHarness } from "./unittestHarness.ts"
import { compiled, inBubblewrap } from "./unsupported.ts"

/**
 * Reads how long the job is and the job from standard input, and nothing after it, and runs the harness in it with a
 * namespace that no module has.
 */
export const boot = `
import os
def exactly(size):
    parts = b""
    while len(parts) < size:
        part = os.read(0, size - len(parts))
        if not part:
            os._exit(3)
        parts += part
    return parts
def boot():
    import json
    job = json.loads(exactly(int(exactly(10))))
    exec(compile(job.pop("harness"), "<harness>", "exec"), {"__name__": "<harness>", "job": job, "exactly": exactly})
boot()
`

/**
 * What a process of CPython does with a job: it lays out the files, forks, and the child, with limits and without
 * rights, runs the harness. The parent, which the tests cannot write to, ends what takes too long or too much, sees
 * whether the files are as they were, and says how the child ended.
 *
 * Each line of the report begins with a word that only the host and its writer know. The parent reads its own word when
 * the child is there already.
 */
export const cpythonHarness = `${unittestHarness}
import faulthandler, resource, select, signal

UNSUPPORTED = ${compiled(inBubblewrap)}
REPORT, ROOM, WHERE = 3, 32, signal.SIGRTMIN + 9
write = os.write
if any("asyncio" in content.lower() for content in job["files"].values()):
    from unittest import async_case
    watch_unittest(async_case)


def writer(word):
    def say(value):
        line = f"\\n{word} {dumps(value)}\\n".encode("ascii")
        while line:
            line = line[write(REPORT, line):]
    return say


say = writer(job.pop("word"))


def announce(name):
    say({"running": name})


def lay_out(root, files, given):
    for path, content in files.items():
        folder = os.path.dirname(f"{root}/{path}")
        os.makedirs(folder, exist_ok=True)
        if path not in given:
            with open(f"{root}/{path}", "wb") as file:
                file.write(content.encode())
            os.chmod(f"{root}/{path}", 0o666)
    if job["user"] is not None:
        for at, _, _ in os.walk(root):
            os.chmod(at, 0o777)


def is_changed(path, content):
    try:
        with open(os.open(f"{job['root']}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(len(content) + 1) != content
    except OSError:
        return True


def become(user):
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def limit(seconds, memory, processes, file_bytes):
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_bytes), (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if most is not None:
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, most))

${pytestHarness}

def work():
    say({"started": True})
    if job["program"] is not None:
        try:
            return say(json.loads(evaluate(*job["program"])))
        except BaseException:
            return say({"fatal": traceback.format_exc(), "started": True})
    if job["pytest"]:
        import pytest
        begin(job["root"], job["coverage"])
        return run_pytest(pytest)
    say(json.loads(discover(job["root"], job["coverage"])))
    say(json.loads(run()))


# What all processes hold that no file does. Its own excepted, in a sandbox there are only those of the tests.
def resident(own=os.getpid()):
    pages = 0
    for name in os.listdir("/proc"):
        if name.isdecimal() and int(name) not in (1, own):
            try:
                with open(f"/proc/{name}/statm") as file:
                    size, held, shared, *_ = map(int, file.read().split())
                pages += held - shared
            except (OSError, ValueError):
                pass
    return pages * resource.getpagesize()


def wait_for(child, trace):
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    until = None if job["seconds"] is None else time.monotonic() + job["seconds"]
    while not poll.poll(100):
        if until is not None and time.monotonic() > until:
            os.kill(child, WHERE)
            # which is written piece by piece
            time.sleep(0.1)
            return "TimedOut"
        if job["isAlone"] and resident() > job["memory"]:
            return "OutOfMemory"
    return None


def supervise(child, trace):
    say = writer(exactly(ROOM).decode())
    over = wait_for(child, trace)
    if over:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not job["isAlone"]:
        try:
            os.killpg(child, signal.SIGKILL)
        except OSError:
            pass
    os.set_blocking(trace, False)
    try:
        told = os.read(trace, 20_000).decode(errors="replace")
    except BlockingIOError:
        told = ""
    lines = told.splitlines()
    own = [line.replace(f'{job["root"]}/', "") for line in lines if f'"{job["root"]}/' in line]
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        over = "TimedOut"
    changed = [path for path, content in job["files"].items() if path.endswith(".py") and is_changed(path, content.encode())]
    say({"over": over, "code": code, "trace": "\\n".join(own or lines[-1:]), "changed": changed})


def main():
    lay_out(job["root"], job["files"], set(job["given"]))
    os.set_inheritable(REPORT, False)
    trace, tracing = os.pipe()
    child = os.fork()
    if child:
        os.close(tracing)
        supervise(child, trace)
    else:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(1, 2)
        os.environ.clear()
        os.environ["HOME"] = job["root"]
        os.setsid()
        become(job["user"])
        limit(job["cpu"], job["memory"], job["processes"], job["fileBytes"])
        faulthandler.enable(tracing, all_threads=False)
        faulthandler.register(WHERE, tracing, all_threads=False)
        os.chdir(job["root"])
        work()
    leave(0)


main()
`

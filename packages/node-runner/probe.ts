import { TestRunner } from "@stepwright/core"
import { Effect } from "effect"
import * as P from "./src/PyodideTestRunner.ts"
const cases: Record<string, string> = {
thread: `import threading; t = threading.Thread(target=print); t.start()`,
timer: `import threading; threading.Timer(0.1, print).start()`,
pool: `from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(print).result()`,
ppool: `from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor().submit(print).result()`,
to_thread: `import asyncio\nasyncio.run(asyncio.to_thread(print))`,
executor: `import asyncio\nasync def f(): await asyncio.get_running_loop().run_in_executor(None, print)\nasyncio.run(f())`,
zone: `from zoneinfo import ZoneInfo; ZoneInfo("Europe/Berlin")`,
zoneutc: `from zoneinfo import ZoneInfo; ZoneInfo("UTC")`,
zones: `from zoneinfo import available_timezones; assert available_timezones()`,
subp: `import subprocess; subprocess.run(["ls"])`,
subpy: `import subprocess, sys; subprocess.run([sys.executable, "-c", "1"], check=True, capture_output=True)`,
system: `import os; assert os.system("true") == 0`,
popen: `import os; os.popen("ls").read()`,
fork: `import os; os.fork()`,
mp: `import multiprocessing; p = multiprocessing.Process(target=print); p.start()`,
mppool: `import multiprocessing; multiprocessing.Pool(2)`,
mpqueue: `import multiprocessing; multiprocessing.Queue()`,
mpimport: `import multiprocessing.shared_memory`,
sock: `import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname())`,
sockaccept: `import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); s.settimeout(1); s.accept()`,
connect: `import socket; s = socket.create_connection(("127.0.0.1", 9), timeout=1); s.send(b"x")`,
pair: `import socket; a, b = socket.socketpair(); a.send(b"x"); assert b.recv(1) == b"x"`,
dns: `import socket; socket.gethostbyname("localhost")`,
http: `import urllib.request; urllib.request.urlopen("http://127.0.0.1:9/").read()`,
https: `import urllib.request; urllib.request.urlopen("https://127.0.0.1:9/").read()`,
httpserver: `from http.server import HTTPServer, BaseHTTPRequestHandler\ns = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler); print(s.server_port); s.server_close()`,
httpclient: `import http.client; c = http.client.HTTPConnection("127.0.0.1", 9, timeout=1); c.request("GET", "/"); c.getresponse()`,
asyncserver: `import asyncio\nasync def f():\n    s = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)\nasyncio.run(f())`,
asyncconn: `import asyncio\nasync def f():\n    r, w = await asyncio.open_connection("127.0.0.1", 9)\nasyncio.run(f())`,
asyncsub: `import asyncio\nasync def f():\n    p = await asyncio.create_subprocess_exec("ls")\nasyncio.run(f())`,
asyncshell: `import asyncio\nasync def f():\n    p = await asyncio.create_subprocess_shell("ls")\nasyncio.run(f())`,
ssl: `import ssl`, sqlite: `import sqlite3`, lzma: `import lzma`, curses: `import curses`, tkinter: `import tkinter`, readline: `import readline`, fcntl: `import fcntl; fcntl.flock(open("x","w"), fcntl.LOCK_EX)`, resource: `import resource; resource.getrusage(resource.RUSAGE_SELF)`, termios: `import termios`, pty: `import pty; pty.fork()`, grp: `import grp`, pwd: `import pwd; pwd.getpwuid(0)`, syslog: `import syslog`, mmap: `import mmap; mmap.mmap(-1, 10)`, ctypes: `import ctypes; ctypes.CDLL("libc.so.6")`, dbm: `import dbm.gnu`, dbmsq: `import dbm.sqlite3`, venv: `import venv, ensurepip`, idlelib: `import idlelib`, distutils: `import distutils`, hashlib: `import hashlib; hashlib.new("md4")`, blake: `import hashlib; hashlib.blake2b(); hashlib.sha3_256(); hashlib.scrypt(b"a", salt=b"b", n=2, r=1, p=1)`, pbk: `import hashlib; hashlib.pbkdf2_hmac("sha256", b"a", b"b", 1)`, alarm: `import signal; signal.alarm(1)`, setitimer: `import signal; signal.setitimer(signal.ITIMER_REAL, 1)`, sigkill: `import signal, os; signal.signal(signal.SIGUSR1, lambda *a: None); os.kill(os.getpid(), signal.SIGUSR1)`, chmod: `import os; open("y","w").close(); os.chmod("y", 0); open("y")`, symlink: `import os; os.symlink("a", "b"); os.link("/package/test_all.py", "c")`, mkfifo: `import os; os.mkfifo("ff")`, getuid: `import os; os.getuid(); os.getlogin()`, pipe: `import os; r, w = os.pipe(); os.write(w, b"x"); assert os.read(r, 1) == b"x"`, select: `import select; select.poll()`, epoll: `import select; select.epoll()`, cpu: `import os; assert os.cpu_count()`, locale: `import locale; locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")`, tz: `import time; time.tzset()`, numpy: `import numpy`, pytest: `import pytest`, requests: `import requests`, barrier: `import threading; e = threading.Event(); assert not e.wait(0.01)`, lock: `import threading; l = threading.Lock(); l.acquire(); assert not l.acquire(timeout=0.01)`, interp: `import concurrent.interpreters as i; i.create()`, interp2: `from concurrent.futures import InterpreterPoolExecutor\nInterpreterPoolExecutor().submit(print).result()`, webbrowser: `import webbrowser; webbrowser.open("http://a")`, execv: `import os; os.execv("/bin/ls", ["ls"])`, spawn: `import os; os.posix_spawn("/bin/ls", ["ls"], {})`, socketserver: `import socketserver, threading\nwith socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as s:\n    threading.Thread(target=s.serve_forever).start()`, uuid: `import uuid; uuid.uuid1(); uuid.getnode()`, getpass: `import getpass; getpass.getuser()`, tempfile: `import tempfile; tempfile.TemporaryFile()`, shutil: `import shutil; shutil.disk_usage("/")`, platform: `import platform; platform.processor()`, sched: `import sched, time; s = sched.scheduler(time.time, time.sleep); s.enter(0.01, 1, print); s.run()`, faulth: `import faulthandler; faulthandler.enable()`, asyncsig: `import asyncio, signal\nasync def f(): asyncio.get_running_loop().add_signal_handler(signal.SIGINT, print)\nasyncio.run(f())`, compileall: `import compileall; compileall.compile_dir(".", quiet=1, workers=2)`, smtp: `import smtplib; smtplib.SMTP("127.0.0.1", 25, timeout=1)`, udp: `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x", ("127.0.0.1", 9))`, unix: `import socket; s = socket.socket(socket.AF_UNIX); s.bind("/tmp/s")`, ftp: `import ftplib; ftplib.FTP("127.0.0.1", timeout=1)`,
}
const body = Object.entries(cases).map(([n, c]) => `    def test_${n}(self):\n${c.replaceAll(/^/gm, "        ")}\n`).join("\n")
const program = Effect.flatMap(TestRunner.TestRunner, r => r.run([{ path: "test_all.py", content: `import unittest\nclass T(unittest.TestCase):\n${body}` }]))
const report = await Effect.runPromise(Effect.provide(program, P.layer({timeout: "2 minutes"})).pipe(Effect.flip, Effect.flip))
const bad = new Map(report.problems.map(p => [p.test.split("test_").at(-1), p.detail.trim().split("\n").at(-1)]))
for (const n of Object.keys(cases)) console.log(n.padEnd(12), bad.get(n) ?? "ok")
console.log(report.run, report.output.slice(0, 500))

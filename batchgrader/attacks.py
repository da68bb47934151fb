"""Attacks that a box must hold against, as cells of a notebook: they harm nothing if they succeed.

A cell prints BROKE if it has succeeded. Names that a cell finds: `secret`, a file outside;
`outside`, a folder that anybody may write to; `victim`, a process of the grader's user; `port`
and `name`, a TCP port and an abstract socket that somebody listens on; `home`, the user's home
folder, and `at_home`, what is in it.
"""

FIRST = "import ctypes, mmap, os, signal, socket, subprocess, sys, time\nlibc = ctypes.CDLL(None)"

HARMLESS = "import json\nopen('file', 'w').write('3')\nprint(json.load(open('file')))"

ATTACKS = {
    "read a file outside": "print('BROKE', open(secret).read())",
    "write a file outside": "open(outside + '/planted', 'w').write('x'); print('BROKE')",
    "look into the home folder": """
seen = set(os.listdir(home)) & set(at_home)
if seen: print('BROKE', *sorted(seen)[:3])""",
    "send the grader a signal": """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.kill(0, signal.SIGTERM)
os.kill(victim, 0); print('BROKE')""",
    "read the grader's environment": """
text = open(f'/proc/{victim}/environ').read()
if 'BATCHGRADER_VICTIM' in text: print('BROKE')""",
    "trace the grader": """
if libc.ptrace(16, victim, None, None) == 0: print('BROKE'); libc.ptrace(17, victim, None, None)
else: raise PermissionError('not allowed')""",
    "connect to a TCP port": "socket.create_connection(('127.0.0.1', port), 1); print('BROKE')",
    "connect to an abstract socket": """
socket.socket(socket.AF_UNIX).connect('\\0' + name); print('BROKE')""",
    "mount a file system": """
os.mkdir('mounted')
if libc.mount(b'none', b'mounted', b'tmpfs', 0, None) == 0: libc.umount(b'mounted'); print('BROKE')
else: raise PermissionError('not allowed')""",
    "become root, or get capabilities": """
try: os.setuid(0)
except OSError: pass
line = next(line for line in open('/proc/self/status') if line.startswith('CapEff'))
if int(line.split()[1], 16): print('BROKE', line.strip())
pid = os.fork()
if not pid: os._exit(libc.unshare(0x10000000) == 0)
if os.waitpid(pid, 0)[1]: print('BROKE by a user namespace')""",
}

# Each may end its process. `memory` and `disk`: the bytes that a hand-in may have.
HEAVY = {
    "start processes without end": """
children = []
for number in range(200):
    pid = os.fork()
    if not pid: os.setsid(); time.sleep(60); os._exit(0)
    children.append(pid)
time.sleep(0.5); print('BROKE', len(children), 'processes')""",
    "take too much memory": "held = bytearray(2 * memory); print('BROKE')",
    "take too much memory in many processes": """
for number in range(8):
    if not os.fork():
        held = mmap.mmap(-1, memory // 4)
        for at in range(0, len(held), 4096): held[at] = 1
        time.sleep(60); os._exit(0)
time.sleep(0.7); print('BROKE')""",
    "write a file that is too large": """
with open('large', 'wb') as file:
    for _ in range(16): file.write(bytes(disk // 8))
print('BROKE')""",
    "write too many files": """
for number in range(16): open(f'file{number}', 'wb').write(bytes(disk // 8))
time.sleep(0.5); print('BROKE')""",
    "write to memory that is no process's": """
held = [os.memfd_create(str(number)) for number in range(16)]
for descriptor in held: os.write(descriptor, bytes(disk // 8))
time.sleep(0.5); print('BROKE')""",
}

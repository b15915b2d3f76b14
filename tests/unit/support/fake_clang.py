"""A compiler that is a script: takes our command lines, writes the plugin's dump, and misbehaves as its source says.

A source is a list of lines; the fake understands four of them and skips the rest:

    // function NAME nodes=3 uses=2 eh     one record; the content hash covers the line without the name
    // shape OPCODE                        the instruction of all functions that follow
    // compiler WORD                       how the compiler behaves (see `_behave` in the script); default: ok
    #include "header.h"                    functions of the header, which goes into the dependency file

Every compilation appends its source and its command line to `bin/log/compiled`, so that a test sees what was compiled:
the one place besides its scratch folder that the fixture `world` lets it write to.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.toolchain.kept_files import keep
from rl4real_data.toolchain.plugin import LIBRARY, source_hash

BANNER = "Debian clang version 22.1.8 (1~deb12u1)"

_LAUNCHER = r"""#!/bin/sh
# Answers the questions that every run asks without starting Python.
home=${0%/*}
case " $* " in
  *" --version "*) read -r banner < "$home/banner"; echo "$banner"; exit ;;
  *" -fsyntax-only "*)
    if [ -e "$home/refused-words" ]; then
      while read -r word; do
        case " $* " in *" $word "*) echo "clang: error: unsupported option '$word'" >&2; exit 1 ;; esac
      done < "$home/refused-words"
    fi
    [ -e "$home/no-headers" ] || exit 0
    echo "probe:1:10: fatal error: 'stdio.h' file not found" >&2
    exit 1 ;;
  *" -shared "*) exit 1 ;;  # it is no C compiler, so nobody makes a compiler server of it
esac
exec "$home/fake-clang" "$@"
"""

_SCRIPT = r"""
import hashlib, json, os, resource, shutil, signal, sys, time

sys.path.insert(0, "@TESTS@")
from column_dump_builder import encode, members_of_version_1

sys.stderr.reconfigure(errors="surrogateescape")  # names as bytes, like clang
HOME = os.path.dirname(os.path.abspath(__file__))
ARGV = sys.argv[1:]
FORBIDDEN = 4


def value_of(flag):
    return next((word.split("=", 1)[1] for word in ARGV if word.startswith(flag + "=")), None)


def main():
    registers = value_of("-mlra-dump-registers")
    if registers:
        open(registers, "w").write(open(HOME + "/registers.json").read())
        write(records([("probe", "ADD32rr", [])]))
        return 0
    if "-emit-llvm" in ARGV:
        functions, _, _ = read(open(ARGV[ARGV.index("-c") + 1]).read(), "")
        open(ARGV[ARGV.index("-o") + 1], "w").writelines("define void @%s() {\n" % name for name, _, _ in functions)
        return 0
    if value_of("-regalloc") is None and "-mlra" not in ARGV:  # the probe for the fork's flags
        return 0 if os.path.exists(HOME + "/is-fork") else 1
    source = ARGV[ARGV.index("-c") + 1]
    if "-mlra-dump-ig-dot" in ARGV:  # the fork writes its files into its working folder
        for name in os.listdir(HOME):
            if name.endswith(".dot"):
                open(name, "w").write(open(HOME + "/" + name).read())
    if source == "/dev/null":  # asked whenever a module fails
        return behave(host_word() or "ok", source, []) if value_of("-mlra-dump-columns") else 0
    try:
        with open(HOME + "/log/compiled", "a") as log:
            log.write(json.dumps([os.path.basename(source), ARGV]) + "\n")
    except PermissionError:  # confined by a program of its own, which the fixture does not reach
        pass
    return compile_source(source)


def host_word():
    "How every compilation goes on this machine, whatever the source says."
    try:
        return open(HOME + "/host").read()
    except OSError:
        return ""


def compile_source(source):
    try:
        text = open(source, errors="surrogateescape").read()
    except OSError as error:
        print("clang: error: no such file or directory: %r" % source, file=sys.stderr)
        return 1
    functions, headers, word = read(text, os.path.dirname(source))
    if "-MF" in ARGV:
        names = [name.replace("#", "\\#").replace(" ", "\\ ") for name in (source, *headers)]
        rule = open(ARGV[ARGV.index("-MF") + 1], "w", errors="surrogateescape")
        rule.write("/dev/null: " + " \\\n  ".join(names) + "\n")
    return 0 if value_of("-mlra-dump-columns") is None else behave(host_word() or word, source, functions)


def read(text, folder):
    functions, headers, word, opcode = [], [], "ok", "ADD32rr"
    for line in text.splitlines():
        if line.startswith("#include \""):
            headers.append(os.path.join(folder, line.split('"')[1]))
            more, deeper, _ = read(open(headers[-1]).read(), folder)
            functions += more
            headers += deeper
        elif line.startswith("// compiler "):
            word = line.split()[2]
        elif line.startswith("// shape "):
            opcode = line.split()[2]
        elif line.startswith("// function "):
            name, *facts = line.split()[2:]
            functions.append((name, opcode, facts))
    return functions, headers, word


def records(functions):
    shapes, lines = {}, []
    for number, (name, opcode, facts) in enumerate(functions, start=1):
        told = dict(fact.split("=") for fact in facts if "=" in fact)
        nodes, uses = int(told.get("nodes", 2)), int(told.get("uses", 2))
        wanted = [(opcode, ["VirtReg_GR32"] * 2), ("RET", [])]
        new = [shape for shape in wanted if str(shape) not in shapes]
        for shape in new:
            shapes[str(shape)] = len(shapes)
        forbidden = [[] for _ in range(nodes)]
        record = {
            "function": name,
            "function_id": number,
            "content_hash": hashlib.md5(repr((opcode, facts)).encode()).hexdigest(),
            "eh_pads": "eh" in facts,
            "optnone": "optnone" in facts,
            "mir": "name: " + name,
            "inst": [shapes[str(wanted[0])]] * max(uses, 1) + [shapes[str(wanted[1])]],
            "block_start": [0],
            "block_freq": [1],
            "block_loop_depth": [0],
            "block_succ": [[]],
            "node_vreg": list(range(nodes)),
            "node_class": [7] * nodes,
            "node_spill_weight": [None if n == 0 else n + 0.5 for n in range(nodes)],
            "node_size": [32] * nodes,
            "node_live": [[0, max(uses, 1)] for _ in range(nodes)],
            "node_hint": [[] for _ in range(nodes)],
            "node_forbidden": forbidden,
            "use_inst": [list(range(uses)) for _ in range(nodes)],
            "use_distance": [[4 * k for k in range(uses)] for _ in range(nodes)],
            "use_spill_weight": [[None if k == 0 else k + 0.25 for k in range(uses)] for _ in range(nodes)],
            "split_points": [[] for _ in range(nodes)],
            "edge_u": list(range(nodes - 1)),
            "edge_v": list(range(1, nodes)),
            "reserved": [3],
            "node_outcome": [0] * nodes,
            "node_assigned": [1] * nodes,
            "spills": 0,
            "reloads": 0,
            "folded_spills": 0,
            "folded_reloads": 0,
            "copies": 0,
            "spill_cost": 0,
            "copy_cost": 0,
            **members_of_version_1(nodes, uses),
            "shape_opcode": [shape[0] for shape in new],
            "shape_operands": [shape[1] for shape in new],
        }
        if "-mlra-dump-mir" not in ARGV:
            del record["mir"]
        lines.append(record)
    return lines


def write(records, cut=None, **claims):
    with open(value_of("-mlra-dump-columns"), "wb") as out:
        out.write(encode(records, **claims)[:cut])


def eat_memory():
    "All that there is, or of a limit of gigabytes the part from which on it can be the reason."
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    most = limit // 4 + (64 << 20) if limit >= 1 << 30 else limit
    held = []
    try:
        while 8 * len(held) << 20 < most:
            held.append(bytearray(8 << 20))
    except MemoryError:
        pass


def start_child(settle):
    "A child that sleeps; its number and ours go into a file when it has settled."
    ready, told = os.pipe()
    if os.fork() == 0:
        settle()
        with open(HOME + "/log/pids.new", "w") as pids:
            pids.write("%d %d" % (os.getpid(), os.getppid()))
        os.rename(HOME + "/log/pids.new", HOME + "/log/pids")
        os.close(ready)
        os.close(told)
        time.sleep(60)
        os._exit(0)
    os.close(told)
    os.read(ready, 1)


def become_daemon():
    os.setsid()
    for descriptor in (0, 1, 2, *range(10, 256)):
        try:
            os.close(descriptor)
        except OSError:
            pass


def stack_dump(exit_code):
    print("PLEASE submit a bug report to https://github.com/llvm/llvm-project/issues/", file=sys.stderr)
    print("Stack dump:\n0.\tProgram arguments: clang", file=sys.stderr)
    for frame in range(60):
        print("%2d libLLVM.so.22.1 0x00007f%010x clang::Parser::%s" % (frame, id(frame), "Parse" * 20), file=sys.stderr)
    print("clang: error: clang frontend command failed with exit code %d" % exit_code, file=sys.stderr)
    return exit_code


def behave(word, source, functions):
    dump = records(functions)
    say = lambda text: print(text, file=sys.stderr)
    if word == "ok":
        write(dump)
    elif word == "reject":
        say("In file included from %s:1:" % os.path.abspath(source))
        say("%s:1:2: error: expected ';' after expression" % source)
        say("1 error generated.")
        return 1
    elif word == "lacks-header":
        say("%s:1:10: fatal error: 'config.h' file not found" % source)
        return 1
    elif word == "reject-quoting":  # clang shows the line of the source
        say("%s:2:5: error: use of undeclared identifier 'x'" % source)
        say('    2 |     x; die("out of memory"); // LLVM ERROR: out of memory')
        say("    3 |     // what fork says: cannot allocate memory")
        say("      |     // what write says: No space left on device")
        return 1
    elif word == "crash":
        sys.stderr.write("about to die\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == "crash-caught":
        return stack_dump(139)
    elif word == "memory-caught":
        eat_memory()
        say("LLVM ERROR: out of memory\nAllocation failed")
        return stack_dump(134)
    elif word == "eat-memory":
        eat_memory()
        os.write(2, b"LLVM ERROR: out of memory\n")
        os.abort()
    elif word == "pretend-memory":  # `#error`, and a pragma that crashes clang
        say("LLVM ERROR: out of memory")
        return stack_dump(134)
    elif word == "reject-lying":
        say("%s:1:2: error: std::bad_alloc" % source)
        say("LLVM ERROR: out of memory")
        say("%s:2:2: error: mlra: cannot write unit.columns: No space left on device" % source)
        say("error: mlra: f: verify: edge 1-2 is missing")
        say("Stack dump:")
        return 1
    elif word == "no-reason":
        return 1
    elif word == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "not-loaded":
        say("clang: error while loading shared libraries: libLLVM.so.22.1: cannot open shared object file")
        return 127
    elif word.startswith("print-"):
        text = memoryview(bytes(1 << 20))
        for _ in range(1024 * int(word.split("-")[1])):
            left = text
            while left:
                left = left[os.write(1, left):]
        write(dump)
    elif word == "write-without-end":
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        with open(value_of("-mlra-dump-columns"), "wb") as out:
            while True:
                out.write(bytes(1 << 20))
    elif word == "delete-scratch":
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
        write(dump)
    elif word == "reject-without-scratch":
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
        say("%s:1:2: error: not C" % source)
        return 1
    elif word == "write-elsewhere":
        open(HOME + "/elsewhere", "w").write("written")
        write(dump)
    elif word == "session":  # as a build cache starts its server: a session of its own
        start_child(os.setsid)
        write(dump)
    elif word == "daemon":  # and with nothing open
        start_child(become_daemon)
        write(dump)
    elif word == "daemon-and-hang":
        start_child(become_daemon)
        time.sleep(60)
    elif word == "sleep":
        time.sleep(0.8)
        write(dump)
    elif word == "hang":
        write(dump, cut=300)
        time.sleep(60)
    elif word == "half":
        write(dump, cut=-40)
    elif word == "half-record":
        write(dump, cut=300)
    elif word == "no-end":
        write(dump, cut=-8)
    elif word == "no-dump":
        pass
    elif word == "empty-dump":
        write(dump, cut=0)
    elif word == "silent":  # a plugin that does nothing
        write([])
    elif word == "garbage":
        open(value_of("-mlra-dump-columns"), "wb").write(bytes(range(256)) * 4)
    elif word == "other-version":
        write(dump, version=1)
    elif word == "without-nodes":
        write([{key: value for key, value in record.items() if key != "node_vreg"} for record in dump])
    elif word == "wrong-count":
        write(dump, functions=7)
    elif word == "verify":
        write(dump)
        say("error: mlra: f: verify: edge 1-2 is missing")
        return 1
    elif word == "background":
        start_child(lambda: None)
        write(dump)
    elif word == "quote-places":
        say("error: cannot write %s, nor %s%s" % (value_of("-mlra-dump-columns"), os.environ["TMPDIR"], "x" * 3960))
        return 1
    elif word == "chatty":
        say("the first words")
        say("warning: nothing\n" * 20000)
        say("%s:9:9: error: the last words" % source)
        return 1
    else:
        say("fake clang: unknown word %r" % word)
        return FORBIDDEN
    return 0


sys.exit(main())
"""

REGISTERS = {
    "v": 1,
    "triple": "x86_64-unknown-linux-gnu",
    "llvm_version": "22.1.8",
    "registers_total": 5,
    "reserved": [3],
    "registers": [
        {"reg_id": 1, "name": "R1", "units": [0], "aliases": [4]},
        {"reg_id": 2, "name": "R2", "units": [1], "aliases": [4]},
        {"reg_id": 3, "name": "SP", "units": [2], "aliases": []},
        {"reg_id": 4, "name": "R12", "units": [0, 1], "aliases": [1, 2]},
    ],
    "classes": [
        {"class_id": 7, "name": "GR", "order": [2, 1, 3]},
        {"class_id": 9, "name": "PAIR", "order": [4]},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeClang:
    """An installation of the fake below `build_dir`, and a cache folder in which its plugin lies ready."""

    build_dir: Path
    cache_dir: Path

    @property
    def path(self) -> Path:
        return self.build_dir / "bin" / "clang"

    @property
    def plugin_sources(self) -> Path:
        """What the plugin in the cache was made from; the fixture `world` lets the tool look here."""
        return self.build_dir / "plugin-sources"

    @property
    def log_folder(self) -> Path:
        return self.path.with_name("log")

    def compiled(self) -> list[str]:
        """Base names of all sources compiled so far, sorted."""
        return sorted(name for name, _ in self._log())

    def commands(self) -> dict[str, list[str]]:
        """Base name of each source -> the words of its last compilation."""
        return dict(self._log())

    def make_host(self, word: str) -> None:
        """Makes every compilation behave like that, even of nothing; "" lets the sources decide again."""
        self.path.with_name("host").write_text(word)

    def pids(self) -> tuple[int, int]:
        """The child that a compiler started last, and the compiler."""
        child, compiler = map(int, (self.log_folder / "pids").read_text().split())
        return child, compiler

    def forget(self) -> None:
        """Empties the log."""
        self._log_path.unlink(missing_ok=True)

    @property
    def _log_path(self) -> Path:
        return self.log_folder / "compiled"

    def _log(self) -> list[tuple[str, list[str]]]:
        lines = self._log_path.read_text().splitlines() if self._log_path.exists() else []
        return [(name, words) for name, words in map(json.loads, lines)]


def install_fake_clang(folder: Path, *, banner: str = BANNER) -> FakeClang:
    """Writes the fake to `folder`/llvm/bin/clang and an empty plugin into `folder`/cache."""
    fake = FakeClang(build_dir=folder / "llvm", cache_dir=folder / "cache")
    fake.log_folder.mkdir(parents=True)
    fake.path.write_text(_LAUNCHER)
    fake.path.chmod(0o755)
    write_script(fake.path.with_name("fake-clang"), _SCRIPT.replace("@TESTS@", str(Path(__file__).parent)))
    fake.path.with_name("banner").write_text(banner + "\n")
    fake.path.with_name("registers.json").write_text(json.dumps(REGISTERS))
    version = banner.split(" version ")[1].split()[0]
    fake.plugin_sources.mkdir()
    (fake.plugin_sources / "Plugin.cpp").write_text("int plugin;")
    plugin = fake.cache_dir / "plugins" / f"llvm-{version}-{source_hash(fake.plugin_sources)[:16]}" / LIBRARY
    plugin.parent.mkdir(parents=True)
    with keep(plugin) as draft:
        draft.touch()
    return fake


def write_script(path: Path, text: str) -> Path:
    """An executable Python script that starts fast: no site packages."""
    path.write_text(f"#!{Path(sys.executable).resolve()} -IS\n{text}")
    path.chmod(0o755)
    return path

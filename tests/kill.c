/* Runs a command, and kills it at its Nth system call that changes a file.
 *
 * Usage: kill N all|runner LOG COMMAND ARGUMENT...
 *
 * Built and used by kill.py, which says why. Every process that the command starts is traced, too, and all calls are counted
 * together. `all`: everything dies at the Nth call, whoever makes it. `runner`: only the command itself dies, at its own
 * Nth call, and what it has started lives on. The call is never made. With N = 0 nothing dies. LOG gets a line for each
 * call: number, process, call and path, separated by tabs. The exit code is 137 after a kill, else that of the command. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { NONE, OPEN, OPEN_AT, FIRST_PATH, SECOND_PATH, THIRD_PATH, FOURTH_PATH, DESCRIPTOR, ALWAYS };

static enum kind kind_of(long number, const char **name) {
#define CALL(call, kind) case SYS_##call: *name = #call; return kind;
  switch (number) {
    CALL(openat, OPEN_AT) CALL(write, DESCRIPTOR) CALL(pwrite64, DESCRIPTOR) CALL(writev, DESCRIPTOR)
    CALL(pwritev, DESCRIPTOR) CALL(pwritev2, DESCRIPTOR) CALL(sendfile, DESCRIPTOR) CALL(ftruncate, DESCRIPTOR)
    CALL(fallocate, DESCRIPTOR) CALL(fchmod, DESCRIPTOR) CALL(fchown, DESCRIPTOR) CALL(copy_file_range, ALWAYS)
    CALL(truncate, FIRST_PATH) CALL(mkdirat, SECOND_PATH) CALL(unlinkat, SECOND_PATH) CALL(mknodat, SECOND_PATH)
    CALL(fchmodat, SECOND_PATH) CALL(fchownat, SECOND_PATH) CALL(symlinkat, THIRD_PATH) CALL(linkat, FOURTH_PATH)
    CALL(renameat2, FOURTH_PATH) CALL(openat2, ALWAYS) CALL(io_uring_enter, ALWAYS)
#ifdef SYS_renameat
    CALL(renameat, FOURTH_PATH)
#endif
#ifdef SYS_open
    CALL(open, OPEN) CALL(creat, FIRST_PATH) CALL(mkdir, FIRST_PATH) CALL(rmdir, FIRST_PATH) CALL(unlink, FIRST_PATH)
    CALL(chmod, FIRST_PATH) CALL(chown, FIRST_PATH) CALL(lchown, FIRST_PATH) CALL(mknod, FIRST_PATH)
    CALL(rename, SECOND_PATH) CALL(link, SECOND_PATH) CALL(symlink, SECOND_PATH)
#endif
  }
  return NONE;
}

static void text(pid_t pid, unsigned long long address, char *to, size_t size) {
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/mem", pid);
  to[0] = 0;
  int memory = open(name, O_RDONLY | O_CLOEXEC);
  if (memory < 0) return;
  ssize_t got = pread(memory, to, size - 1, (off_t)address);
  close(memory);
  to[got > 0 ? got : 0] = 0;
  for (char *at = to; *at; at++)
    if (*at == '\n' || *at == '\t') *at = ' ';
}

/* The path of a descriptor, if it is a regular file. */
static int regular(pid_t pid, unsigned long long descriptor, char *path, size_t size) {
  char name[64];
  struct stat file;
  snprintf(name, sizeof name, "/proc/%d/fd/%d", pid, (int)descriptor);
  if (stat(name, &file) != 0 || !S_ISREG(file.st_mode)) return 0;
  ssize_t length = readlink(name, path, size - 1);
  path[length > 0 ? length : 0] = 0;
  return 1;
}

/* Whether a call changes a file; its name and a path. */
static int changes(pid_t pid, const struct __ptrace_syscall_info *info, const char **name, char *path, size_t size) {
  const __uint64_t *with = info->entry.args;
  switch (kind_of((long)info->entry.nr, name)) {
    case NONE: return 0;
    case OPEN: text(pid, with[0], path, size); return (with[1] & (O_CREAT | O_TRUNC)) != 0;
    case OPEN_AT: text(pid, with[1], path, size); return (with[2] & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))) != 0;
    case FIRST_PATH: text(pid, with[0], path, size); return 1;
    case SECOND_PATH: text(pid, with[1], path, size); return 1;
    case THIRD_PATH: text(pid, with[2], path, size); return 1;
    case FOURTH_PATH: text(pid, with[3], path, size); return 1;
    case DESCRIPTOR: return regular(pid, with[0], path, size);
    case ALWAYS: path[0] = 0; return 1;
  }
  return 0;
}

static pid_t known[4096];
static size_t many;

/* Whether a process has been seen before; it is from now on. */
static int seen(pid_t pid) {
  for (size_t i = 0; i < many; i++)
    if (known[i] == pid) return 1;
  if (many < sizeof known / sizeof *known) known[many++] = pid;
  return 0;
}

static void forget(pid_t pid) {
  for (size_t i = 0; i < many; i++)
    if (known[i] == pid) known[i] = known[--many];
}

int main(int count, char **arguments) {
  if (count < 5) return fprintf(stderr, "usage: kill N all|runner LOG COMMAND ARGUMENT...\n"), 2;
  long at = atol(arguments[1]), number = 0;
  int all = strcmp(arguments[2], "all") == 0, code = 0, dying = 0;
  FILE *log = fopen(arguments[3], "we");
  if (!log) return perror(arguments[3]), 2;
  pid_t runner = fork();
  if (runner == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) return perror("ptrace"), 126;
    raise(SIGSTOP);
    execvp(arguments[4], arguments + 4);
    return perror(arguments[4]), 127;
  }
  int status;
  if (waitpid(runner, &status, __WALL) != runner || !WIFSTOPPED(status)) return 126;
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SETOPTIONS, runner, 0, options) != 0) return perror("ptrace"), 126;
  seen(runner);
  ptrace(PTRACE_SYSCALL, runner, 0, 0);
  for (;;) {
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      forget(pid);
      if (pid == runner) {
        code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (dying && !all) break; /* What it has started is let go when this process ends. */
      }
      continue;
    }
    int news = !seen(pid), pass = WSTOPSIG(status);
    if (pass == (SIGTRAP | 0x80)) {
      struct __ptrace_syscall_info info;
      char path[512] = "", process[64] = "";
      const char *name = "";
      pass = 0;
      if (!dying && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY &&
          (all || pid == runner) && changes(pid, &info, &name, path, sizeof path)) {
        char file[64];
        snprintf(file, sizeof file, "/proc/%d/comm", pid);
        FILE *comm = fopen(file, "re");
        if (comm) {
          if (fscanf(comm, "%63s", process) != 1) process[0] = 0;
          fclose(comm);
        }
        if (strcmp(process, "promoc") == 0 && pid != runner) strcpy(process, "child");
        fprintf(log, "%ld\t%s\t%s\t%s\n", ++number, process, name, path);
        if (number == at) {
          /* Nobody else gets past its next call meanwhile, because each stops there until this process lets it go on. */
          dying = 1;
          fflush(log);
          if (!all) kill(runner, SIGKILL);
          for (size_t i = 0; all && i < many; i++) kill(known[i], SIGKILL);
        }
      }
      if (dying && (all || pid == runner)) continue;
    } else if (status >> 16 || (news && pass == SIGSTOP)) {
      pass = 0; /* an event of ptrace, or the first stop of a new process */
      if (dying && all) kill(pid, SIGKILL);
    }
    ptrace(PTRACE_SYSCALL, pid, 0, pass);
  }
  fclose(log);
  return dying ? 137 : code;
}

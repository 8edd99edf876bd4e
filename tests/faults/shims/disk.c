/* A disk that a test can break, for the processes that load this: fsync and fdatasync of the files under SHIM_UNDER.
 *
 * SHIM_BROKEN: while this file exists, syncing fails with EIO. What had been written stays where it is, in the page
 * cache, as on Linux; nothing says that it will ever reach the disk.
 * SHIM_KEPT: a folder that receives a copy of each file when it was synced. It holds what a power cut would leave
 * behind in the worst case allowed: all that was synced and nothing else. One sync at a time, so that a copy is never
 * older than what somebody was told.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*sync_call)(int);

static int path_of(int file, char *path)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0;
}

static int is_watched(const char *path)
{
    const char *under = getenv("SHIM_UNDER");
    struct stat found;

    return under && !strncmp(path, under, strlen(under)) && !stat(path, &found) && S_ISREG(found.st_mode);
}

static int is_broken(void)
{
    const char *broken = getenv("SHIM_BROKEN");

    return broken && !access(broken, F_OK);
}

/* The copy appears as a whole under its name. Read by the caller's own descriptor: closing another one of the same
 * file would give up the locks that SQLite has on it. */
static void keep(int file, const char *path, const char *folder)
{
    static __thread char block[1 << 16];
    char half[PATH_MAX], whole[PATH_MAX];
    const char *name = strrchr(path, '/') + 1;
    ssize_t got;
    off_t at = 0;

    snprintf(half, sizeof half, "%s/.%s.half", folder, name);
    snprintf(whole, sizeof whole, "%s/%s", folder, name);
    int to = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (to >= 0 && (got = pread(file, block, sizeof block, at)) > 0)
        at += write(to, block, got);
    close(to);
    rename(half, whole);
}

static int synced(int file, const char *name)
{
    sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
    const char *folder = getenv("SHIM_KEPT");
    char path[PATH_MAX];

    if (!path_of(file, path) || !is_watched(path))
        return real(file);
    if (is_broken()) {
        errno = EIO;
        return -1;
    }
    if (!folder)
        return real(file);
    char name_of_lock[PATH_MAX];
    snprintf(name_of_lock, sizeof name_of_lock, "%s/.lock", folder);
    int lock = open(name_of_lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    flock(lock, LOCK_EX);
    int failed = real(file);
    if (!failed)
        keep(file, path, folder);
    close(lock);
    return failed;
}

int fsync(int file)
{
    return synced(file, "fsync");
}

int fdatasync(int file)
{
    return synced(file, "fdatasync");
}

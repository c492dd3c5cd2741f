/**
 * Runs as the first process of new namespaces. It makes a root that holds only what its arguments name, leaves the
 * host's root, gives up every capability and becomes the program. Arguments: the new root, the working directory, any
 * number of `read PATH`, `link PATH TARGET` and `write PATH`, then `--` and the program.
 */
export const NAMESPACES = `set -e
path=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1 cwd=$2; shift 2
mount -t tmpfs -o mode=755 none "$root"
show() {
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
  mount --rbind "$1" "$root$1"
}
protect() {
  # A read-only remount must keep the options nosuid, nodev and atime that the host has set.
  for more in "" ,nosuid,nodev ,nosuid,nodev,relatime ,nosuid,nodev,noatime; do
    mount -o "remount,bind,ro$more" "$root$1" 2>/dev/null && return
  done
  return 1
}
while [ "$1" != -- ]; do
  case $1 in
    read) show "$2"; protect "$2"; shift 2 ;;
    write) show "$2"; shift 2 ;;
    link) mkdir -p "$root\${2%/*}"; ln -s "$3" "$root$2"; shift 3 ;;
  esac
done
shift
mkdir -p "$root/tmp" "$root/dev/shm" "$root/proc" "$root/.host"
chmod 1777 "$root/tmp" "$root/dev/shm"
for device in null zero full random urandom; do show "/dev/$device"; done
mount -t proc proc "$root/proc" 2>/dev/null || :
cd "$root"
pivot_root . .host
cd /
umount -l /.host
rmdir /.host
cd "$cwd"
setpriv=$(command -v setpriv)
PATH=$path
exec "$setpriv" --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
`;

#!/bin/bash
# Boots a host that is this machine with another face: a copy-on-write layer over /, in which what an image lacks is taken
# away, and programs that would reach out are stand-ins. Run as `unshare --mount boot-in-chroot.sh FOLDER BOOTS [INSTANCE]`; the session's unit
# then runs on that instance.
set -euo pipefail
folder=$1 boots=$2 instance=${3:-}
layer=$folder/layer root=$folder/layer/root
mkdir -p "$layer"
mount -t tmpfs tmpfs "$layer"
mkdir "$layer/upper" "$layer/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"

cd "$root"
rm -rf usr/share/xsessions etc/gdm etc/gdm3 etc/dcv etc/deskfleet var/lib/deskfleet etc/X11/xorg.conf snap/bin
for program in dcv Xdcv nvidia-smi mount.nfs mount.lustre amazon-ssm-agent; do rm -f usr/bin/$program usr/sbin/$program; done
cp -a "$folder/host/." .

for ((boot = 1; boot <= boots; boot++)); do
  code=0
  chroot . env -i PATH=/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin bash /user-data.sh > "$folder/output-$boot" 2>&1 || code=$?
  printf '%s' "$code" > "$folder/code-$boot"
  mkdir "$folder/after-$boot"
  # The upper layer has what is not as it was; the whole would take a second to copy.
  (
    cd "$layer/upper"
    for changed in etc var/lib/deskfleet var/log/deskfleet-bootstrap.log usr/local/sbin calls; do
      if [ -e "$changed" ]; then cp -a --parents "$changed" "$folder/after-$boot"; fi
    done
  )
done
if [ -n "$instance" ]; then printf '%s' "$instance" > instance-id; fi
# What happens at the boots that follow, when this script does not run: the unit.
if [ -x usr/local/sbin/deskfleet-create-session ]; then
  for boot in next another; do
    rm -f run/dcv-session calls
    chroot . env -i PATH=/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin /usr/local/sbin/deskfleet-create-session \
      > "$folder/output-$boot" 2>&1 || true
    if [ -e calls ]; then mv calls "$folder/calls-$boot"; fi
  done
fi
ls -A . > "$folder/top-level"

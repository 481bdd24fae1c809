#!/bin/sh
# Makes rpmdb.sqlite.gz and Packages.gz of this folder: the one is written by RPM, the other by Berkeley DB out of the same
# headers. Needs Debian's packages rpm, db5.3-util and python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir files database
i=0
# Enough names of files that a header does not fit into a page.
while [ $i -lt 300 ]; do : > "files/a-header-with-this-name-$i.h"; i=$((i + 1)); done

# spec NAME VERSION RELEASE [EPOCH]
spec() {
  cat > "$1.spec" <<SPEC
Name: $1
Version: $2
Release: $3
${4:+Epoch: $4}
Summary: A stand-in
License: none
BuildArch: noarch
AutoReqProv: no
%description
A stand-in.
%install
mkdir -p %{buildroot}/opt/$1
[ $1 != cuda-nvcc-12-4 ] || cp $work/files/* %{buildroot}/opt/$1
: > %{buildroot}/opt/$1/one
%files
/opt/$1
SPEC
  rpmbuild -bb --quiet --define "_topdir $work/top" --define "_build_id_links none" "$1.spec" > /dev/null
}
spec cuda-cudart-12-4 12.4.127 1
spec cuda-nvcc-12-4 12.4.131 1
spec libcublas-12-4 12.4.5.8 1
spec libcudnn9-cuda-12 9.1.0.70 1
spec libnccl 2.21.5 1+cuda12.4
spec libnvinfer10 10.3.0.26 1.cuda12.5
spec python3 3.9.18 3.el9
spec python3-pip 21.3.1 1.el9
spec basesystem 11 13.el9 2
i=0
# Enough rows that the tree of the table has more than one level.
while [ $i -lt 30 ]; do spec "filler-$i" "1.$i" 1; i=$((i + 1)); done

with() { rpm --define "_db_backend sqlite" --dbpath "$work/database" "$@"; }
with --initdb
with -i --justdb --nodeps top/RPMS/noarch/*.rpm
# What is removed leaves a hole.
with -e --justdb --nodeps filler-7 filler-8
gzip -9nc database/rpmdb.sqlite > "$here/rpmdb.sqlite.gz"

python3 - > dump <<'PYTHON'
import sqlite3, struct
print('VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END')
rows = sqlite3.connect('database/rpmdb.sqlite').execute('SELECT hnum, blob FROM Packages').fetchall()
# The record 0 counts the packages.
for key, value in [(0, struct.pack('<I', len(rows)))] + rows:
    print(f' {struct.pack("<I", key).hex()}\n {value.hex()}')
print('DATA=END')
PYTHON
db5.3_load -f dump Packages
gzip -9nc Packages > "$here/Packages.gz"

#!/bin/sh
# Installs Countersign from this folder:
#
#   sh install.sh              in /usr/local as root, else in ~/.local
#   sh install.sh --to FOLDER
#   sh install.sh --remove     takes it away again; vaults stay
set -eu

cd "$(dirname "$0")"
id=io.github.countersign.Countersign
if [ "$(id -u)" = 0 ]; then to=/usr/local; else to=$HOME/.local; fi
remove=no
while [ $# -gt 0 ]; do
	case $1 in
	--to) [ $# -gt 1 ] || { echo '--to needs a folder' >&2; exit 2; }; to=$2; shift ;;
	--remove) remove=yes ;;
	*) echo 'usage: sh install.sh [--to FOLDER] [--remove]' >&2; exit 2 ;;
	esac
	shift
done

files="bin/countersign
share/applications/$id.desktop
share/icons/hicolor/512x512/apps/$id.png
share/icons/hicolor/scalable/apps/$id.svg"

for file in $files; do
	if [ $remove = yes ]; then
		rm -f "$to/$file"
		continue
	fi
	mkdir -p "$to/$(dirname "$file")"
	# By another name first: a running program is not written into.
	cp "$file" "$to/$file.new"
	chmod "$([ "$file" = bin/countersign ] && echo 755 || echo 644)" "$to/$file.new"
	mv -f "$to/$file.new" "$to/$file"
done
! command -v update-desktop-database >/dev/null 2>&1 || update-desktop-database -q "$to/share/applications" || true

if [ $remove = yes ]; then
	echo "Countersign is no longer in $to."
	exit 0
fi
# The menu must find the program where it now is, on PATH or not.
sed "s|^Exec=countersign|Exec=\"$to/bin/countersign\"|" "share/applications/$id.desktop" >"$to/share/applications/$id.desktop"
echo "Countersign is in $to. Start it from the menu, or: $to/bin/countersign"
if command -v ldconfig >/dev/null 2>&1 || [ -x /sbin/ldconfig ]; then
	PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q 'libGL\.so\.1' ||
		echo 'It needs libGL and libX11: on Debian and Ubuntu, apt install libgl1 libx11-6.'
fi

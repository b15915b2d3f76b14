#!/bin/sh
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

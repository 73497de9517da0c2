#!/bin/sh
# Reads files with the shell that runs this: read.sh WAY FILE..., where WAY is "source" or "eval". Writes the environment before, and the one after
# each file, as "NAME=value", each ended by a NUL, and a further NUL after each environment.
way=$1
shift

environment() { /usr/bin/env -0; printf '\0'; }

environment
for file in "$@"; do
  (
    case $way in
      source) . "$file" ;;
      eval) eval "$(/bin/cat "$file")" ;;
    esac
    environment
  )
done

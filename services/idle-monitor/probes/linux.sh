#!/bin/sh
# deskfleet-probe 1
# What the idle check asks a Linux host; README.md in this folder describes the answer. For dash and bash alike, and with no
# more than every image has: no jq, no python.
LC_ALL=C
export LC_ALL

# Neither a DCV server nor a driver that hangs may hold up the answer.
bounded() {
  if command -v timeout > /dev/null; then timeout -k 5 20 "$@"; else "$@"; fi
}

session_id() {
  # shellcheck source=/dev/null
  . /etc/deskfleet/session.env && printf '%s' "$DESKFLEET_DCV_SESSION_ID"
}

# Reads one JSON text in whatever layout: an object ("{", a session) or an array of objects ("[", its connections). The text is
# cut at its quotation marks, so that nothing between two of them is taken for structure. Fails when it is cut off or another.
read_json() {
  awk -v root="$1" '
    BEGIN {
      RS = "\""
      wanted = root == "[" ? 2 : 1
      two = "[0-9][0-9]"
      utc = "^" two two "-" two "-" two "T" two ":" two ":" two "([.][0-9]+)?Z$"
    }

    in_text {
      text = text $0
      # A quotation mark after an odd number of backslashes belongs to the text.
      if (match($0, /\\+$/) && RLENGTH % 2) { text = text "\""; next }
      in_text = 0
      if (kind[depth] == "{" && !after_colon) key = text; else member(text, 1)
      next
    }

    {
      for (at = 1; at <= length($0); at++) structure(substr($0, at, 1))
      in_text = 1
      text = ""
      if (depth == 0 && !closed) broken = 1
    }

    function structure(c) {
      if (index(" \t\r\n", c)) return
      if (depth == 0 && (closed || c != root)) broken = 1
      if (c == ":") after_colon = 1
      else if (index("{[", c)) { kind[++depth] = c; after_colon = 0 }
      else if (index("}],", c)) separate(c)
      else literal = literal c
    }

    function separate(c) {
      if (literal != "") member(literal, 0)
      literal = ""
      after_colon = 0
      if (c == ",") return
      if (kind[depth] != (c == "}" ? "{" : "[")) broken = 1
      if (depth > 0) closed = --depth == 0
    }

    function member(value, quoted) {
      if (depth != wanted || kind[depth] != "{" || !after_colon) return
      if (key == "num-of-connections") {
        connections = value + 0
        if (quoted || value !~ /^[0-9]+$/ || length(value) > 6) broken = 1
      }
      if (key == "creation-time") created = time(value, quoted)
      if (key == "last-disconnection-time") disconnected = time(value, quoted)
      if (key == "last-interaction-time") later(time(value, quoted))
    }

    # As DCV writes it: UTC, with or without a fraction. There may be none.
    function time(value, quoted) {
      if (value == "" || (value == "null" && !quoted)) return ""
      if (quoted && length(value) <= 30 && value ~ utc) return value
      broken = 1
      return ""
    }

    # Without its Z, a whole second sorts before its fractions.
    function later(value) {
      if (substr(value, 1, length(value) - 1) "" > substr(latest, 1, length(latest) - 1) "") latest = value
    }

    END {
      if (broken || !closed) exit 1
      if (root == "[") { print "interaction=" latest; exit }
      if (connections == "" || created == "") exit 1
      print "connections=" connections "\ncreated=" created "\ndisconnected=" disconnected
    }
  '
}

# The four lines of a DCV session that answers as it should.
session() {
  id=$(session_id) && [ -n "$id" ] || return 1
  described=$(bounded dcv describe-session "$id" --json) || return 1
  lines=$(printf '%s\n' "$described" | read_json '{') || return 1
  printf '%s\n' "$lines"
  case $lines in
    connections=0*) echo interaction= ;;
    *)
      listed=$(bounded dcv list-connections "$id" --json) || return 1
      printf '%s\n' "$listed" | read_json '['
      ;;
  esac
}

print_session() {
  state=no-dcv
  if command -v dcv > /dev/null; then
    if lines=$(session 2> /dev/null); then
      printf 'session=ok\n%s\n' "$lines"
      return
    fi
    state=failed
  fi
  printf 'session=%s\nconnections=\ncreated=\ndisconnected=\ninteraction=\n' "$state"
}

# The busiest of all GPUs. A line that is no percentage, such as [N/A], says nothing of how busy its GPU is.
gpu_percent() {
  answer=$(bounded nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits) || return 1
  printf '%s\n' "$answer" | awk '
    { gsub(/[ \t\r]/, "") }
    !/^[0-9]+$/ || $0 + 0 > 100 { failed = 1; exit }
    $0 + 0 > busiest { busiest = $0 + 0 }
    END { if (failed) exit 1; print busiest + 0 }
  '
}

print_gpu() {
  gpu=none
  percent=
  if command -v nvidia-smi > /dev/null; then
    gpu=nvidia
    percent=$(gpu_percent 2> /dev/null) || { gpu=failed; percent=; }
  fi
  printf 'gpu=%s\ngpu-percent=%s\n' "$gpu" "$percent"
}

printf 'deskfleet-probe=1\nnow=%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
print_session
print_gpu
echo end=1
exit 0

# deskfleet-permissions 1
# Tells the DCV session of a host who may do what.
folder=/etc/deskfleet
umask 022
number=$(value "$DESKFLEET_NUMBER")
exec 9> "$folder/dcv.permissions.lock"
flock -w 60 9
# A command that SSM delivers late must not undo one that came after it.
last=$(cat "$folder/dcv.permissions.number" 2> /dev/null || echo 0)
if [ "$number" -lt "$last" ]; then
  echo "overtaken by $last" >&2
  exit 75
fi
printf '%s\n' "$number" > "$folder/dcv.permissions.number"
value "$DESKFLEET_PERMISSIONS" > "$folder/dcv.permissions.new"
chmod 0644 "$folder/dcv.permissions.new"
mv -f "$folder/dcv.permissions.new" "$folder/dcv.permissions"
bounded dcv set-permissions --session "$session" --file "$folder/dcv.permissions" >&2
list_connections

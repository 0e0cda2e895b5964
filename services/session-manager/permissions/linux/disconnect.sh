# deskfleet-disconnect 1
# Closes connections to the DCV session of a host.

# DCV's guides do not describe this command, so it is asked in each form that its other commands have. Who is left is seen
# in the list, not in what the command says.
disconnect() {
  bounded dcv close-connection "$session" "$1" ||
    bounded dcv close-connection --session "$session" "$1" ||
    bounded dcv close-connection "$1" "$session" ||
    echo "connection $1 could not be closed"
}

for connection in $(value "$DESKFLEET_CONNECTIONS"); do disconnect "$connection" >&2; done
# DCV takes leave of a client before the connection is gone.
sleep 1
list_connections

# The owner's account. A local one has no password: nobody but DCV, which asks token-service, lets anybody in.

directory_wait_seconds=300

ensure_account() {
  if [ "$host_accounts" = directory ]; then wait_for_directory; else ensure_local_account; fi
}

# SSSD needs a while after it was joined; so does the network.
wait_for_directory() {
  local waited=0
  until getent passwd "$owner" > /dev/null; do
    [ "$waited" -lt "$directory_wait_seconds" ] ||
      die "the directory did not know $owner within $directory_wait_seconds s: see SSSD on the image, or the hook that joins"
    sleep 5
    waited=$((waited + 5))
  done
}

ensure_local_account() {
  local uid known
  uid=$(value OWNER_UID)
  known=$(getent passwd "$owner" | cut -d : -f 3) || known=''
  if [ -z "$known" ]; then
    useradd --create-home --shell /bin/bash ${uid:+--uid "$uid"} -- "$owner" ||
      die "the account $owner could not be made (uid ${uid:-chosen by the host})"
  elif [ "$known" -lt 1000 ]; then
    die "$owner is an account of the system"
  elif [ -n "$uid" ] && [ "$known" != "$uid" ]; then
    die "$owner has uid $known on this image, and $uid in the user's record"
  fi
}

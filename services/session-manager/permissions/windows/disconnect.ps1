# deskfleet-disconnect 1
# Closes connections to the DCV session of a host.

# DCV's guides do not describe this command, so it is asked in each form that its other commands have. Who is left is seen
# in the list, not in what the command says.
function Disconnect-Client([string] $Connection) {
  foreach ($Arguments in "$Session $Connection", "--session $Session $Connection", "$Connection $Session") {
    try { return Invoke-Bounded $Dcv "close-connection $Arguments" | Out-Null }
    catch { [Console]::Error.WriteLine($_) }
  }
}

$Connections = (Get-Value $DESKFLEET_CONNECTIONS).Split(' ')
foreach ($Connection in $Connections) { Disconnect-Client $Connection }
# DCV takes leave of a client before the connection is gone.
Start-Sleep -Seconds 1
Write-Output (Get-Connections)
exit 0

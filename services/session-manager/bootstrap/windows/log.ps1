# Something is not as it should be, but the desktop can be used.
function Write-Trouble([string] $Text) {
  Write-Output "WARNING: $Text"
  Add-Content -Path "$Folder\warnings.txt" -Value $Text
}

# Networks and servers have bad minutes, and permissions arrive late.
function Invoke-Patiently([int] $Minutes, [scriptblock] $Action) {
  $GiveUp = (Get-Date).AddMinutes($Minutes)
  while ($true) {
    try { return & $Action }
    catch {
      if ((Get-Date) -gt $GiveUp) { throw }
      Write-Host "Failed, again in 15 s: $_"
      Start-Sleep -Seconds 15
    }
  }
}

function Get-Download([string] $Url, [string] $File) {
  Invoke-Patiently 10 { Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $File }
}

function Assert-Signed([string] $File) {
  $Signature = Get-AuthenticodeSignature -FilePath $File
  if ($Signature.Status -ne 'Valid') { throw "$File is not signed as it should be ($($Signature.Status))" }
}

# Ends with the exit code; 3010 is Windows Installer's wish for a restart.
function Invoke-Installer([string] $File, [string[]] $Arguments) {
  $Process = Start-Process -FilePath $File -ArgumentList $Arguments -Wait -PassThru
  if ($Process.ExitCode -notin 0, 1641, 3010) { throw "$File ended with code $($Process.ExitCode)" }
}

function Get-Metadata([string] $Name) {
  $Service = 'http://169.254.169.254/latest'
  $Ttl = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
  Invoke-Patiently 5 {
    $Token = Invoke-RestMethod -Method Put -Uri "$Service/api/token" -Headers $Ttl
    Invoke-RestMethod -Uri "$Service/meta-data/$Name" -Headers @{ 'X-aws-ec2-metadata-token' = $Token }
  }
}

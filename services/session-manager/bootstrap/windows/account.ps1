# The owner's account: a local administrator of this host, whose password the portal can show.
function Set-OwnerAccount {
  if (-not $Local) { return }
  $Password = Get-OwnerPassword
  $Secure = ConvertTo-SecureString $Password -AsPlainText -Force
  if (Get-LocalUser -Name $Owner -ErrorAction SilentlyContinue) { Set-LocalUser -Name $Owner -Password $Secure }
  else { New-LocalUser -Name $Owner -Password $Secure -PasswordNeverExpires -AccountNeverExpires | Out-Null }
  # By its SID: the group's name is translated.
  try { Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $Owner }
  catch { if ($_.CategoryInfo.Category -ne 'ResourceExists') { throw } }
  Set-Autologon $Password
}

# The right to read it may be granted after the launch.
function Get-OwnerPassword {
  $Name = Get-Value 'PASSWORD_PARAMETER'
  if ($Name -eq '') { return New-Password }
  $Region = Get-Value 'REGION'
  Invoke-Patiently 10 {
    if (Get-Command Get-SSMParameter -ErrorAction SilentlyContinue) {
      return (Get-SSMParameter -Name $Name -WithDecryption $true -Region $Region).Value
    }
    $Aws = (Get-Command aws.exe -ErrorAction SilentlyContinue).Source
    if (-not $Aws) { throw 'The image has neither the AWS Tools for PowerShell nor the AWS CLI.' }
    $Answer = & $Aws ssm get-parameter --name $Name --with-decryption --region $Region --output json
    if ($LASTEXITCODE -ne 0) { throw "aws ssm get-parameter ended with code $LASTEXITCODE" }
    ($Answer | Out-String | ConvertFrom-Json).Parameter.Value
  }
}

# For a session without a stored password: nobody knows it, and only automatic logon uses it.
function New-Password {
  $Bytes = New-Object byte[] 24
  [Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($Bytes)
  # The ending satisfies the complexity rules whatever the random part is.
  [Convert]::ToBase64String($Bytes) + 'aA1!'
}

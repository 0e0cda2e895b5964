import { type Kysely, sql } from 'kysely';

/**
 * The other systems of which AWS and Canonical publish the newest image as a public SSM parameter. Red Hat's and Rocky's
 * images have none, so their stacks are made with an AMI by an administrator.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    insert into api_gateway.software_stacks (id, name, description, os, base_os, architecture, image,
      min_root_volume_gib, min_memory_gib, default_instance_type, profile_id)
    select s.id::uuid, s.name, s.description, s.os, s.base_os, 'x86_64', s.image,
      s.min_root_volume_gib, 4, 'm7i.large', p.id
    from api_gateway.profiles p, (values
      ('01990000-0000-7000-8000-000000000013', 'Windows Server 2019', 'Windows desktop', 'windows', 'windows2019',
       '/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-Base', 50),
      ('01990000-0000-7000-8000-000000000014', 'Windows Server 2025', 'Windows desktop', 'windows', 'windows2025',
       '/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base', 50),
      ('01990000-0000-7000-8000-000000000015', 'Ubuntu 22.04', 'Linux desktop', 'linux', 'ubuntu2204',
       '/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id', 30),
      ('01990000-0000-7000-8000-000000000016', 'Ubuntu 24.04', 'Linux desktop', 'linux', 'ubuntu2404',
       '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id', 30)
    ) s (id, name, description, os, base_os, image, min_root_volume_gib)
    where p.id = '01990000-0000-7000-8000-000000000001'
    -- A deployment may have one of that name already; that one is meant to be there.
    on conflict (name) do nothing;`)
    .execute(db);
}

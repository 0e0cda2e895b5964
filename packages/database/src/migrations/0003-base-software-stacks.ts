import { type Kysely, sql } from 'kysely';

/**
 * One profile and two software stacks, so that a new deployment can launch a desktop at once. Their images are AWS's own
 * public SSM parameters, which name the newest image of the region at the moment of the launch.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    insert into api_gateway.profiles (id, name, allowed_instance_types, max_root_volume_gib, allowed_session_types)
    values ('01990000-0000-7000-8000-000000000001', 'Standard', '{t3.*,t3a.*,m5.*,m6i.*,m7i.*,m7a.*,c6i.*,c7i.*,r6i.*,r7i.*,g4dn.*,g5.*,g6.*}',
      1024, '{default,console,virtual}');
    insert into api_gateway.software_stacks (id, name, description, os, base_os, architecture, image,
      min_root_volume_gib, min_memory_gib, default_instance_type, profile_id)
    values
      ('01990000-0000-7000-8000-000000000011', 'Amazon Linux 2023', 'Linux desktop for engineering and science',
       'linux', 'amazonlinux2023', 'x86_64', '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
       30, 4, 'm7i.large', '01990000-0000-7000-8000-000000000001'),
      ('01990000-0000-7000-8000-000000000012', 'Windows Server 2022', 'Windows desktop',
       'windows', 'windows2022', 'x86_64', '/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base',
       50, 4, 'm7i.large', '01990000-0000-7000-8000-000000000001');`)
    .execute(db);
}

import type pg from 'pg';

/** In us-east-1a and us-east-1b. */
export const subnetA = 'subnet-0aaa';
export const subnetB = 'subnet-0bbb';

/** Two subnets in two zones, of which one does not offer m7i.4xlarge; and more types to choose from. */
export async function arrangeZones(owner: pg.Pool): Promise<void> {
  await owner.query(
    `insert into session_manager.subnets (id, zone, cidr, free_addresses, refreshed_at)
     values ($1, 'us-east-1a', '10.0.1.0/24', 250, now()), ($2, 'us-east-1b', '10.0.2.0/24', 250, now())`,
    [subnetA, subnetB],
  );
  await owner.query(
    `insert into session_manager.instance_types
       (name, vcpus, memory_mib, gpu, architectures, hibernation_supported, refreshed_at)
     values ('m7i.xlarge', 4, 16384, null, '{x86_64}', true, now()),
       ('t3.small', 2, 2048, null, '{x86_64}', true, now())`,
  );
  await owner.query(
    `update session_manager.instance_types set zones =
       case name when 'm7i.4xlarge' then '{us-east-1a}'::text[] else '{us-east-1a,us-east-1b}' end`,
  );
}

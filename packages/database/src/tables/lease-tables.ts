/** Who may act where one must: the holder renews it in database time. */
export interface LeasesTable {
  name: string;
  holder: string;
  expires_at: Date;
}

/* The bare check of a signature: benches/floor/src/lib.rs. */
typedef struct floor_key floor_key;
floor_key *floor_prepare(const char *folder);
int floor_holds(const floor_key *floor);

"""Systems: LightningModules, one file a paper, on a shared base."""

"""Systems: LightningModules with a shared base class, one file per paper."""

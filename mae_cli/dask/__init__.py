"""The same on Dask workers, where Parquet is read too."""

"""How the models of this package were made: data of our own, augmentation, training, measuring.

Nothing here is imported at run time, and nothing here is needed to run: training wants
scikit-learn, which is in the dependency group `train` and in no lock.
"""

"""Computes the tasks of a plan on a Ray cluster: `python -m snnl_score.ray plan.json --out DIR`.

Ray decides where a task runs, and nothing else: each is a process of the command, which writes its result to a file. Which tasks
are left, and whether all are done, is what `snnl-score status` finds in those files.
"""

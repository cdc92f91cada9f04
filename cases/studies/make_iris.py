# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of iris.prm: make_iris.py IRIS_CSV

IRIS_CSV is iris.csv of Debian's package python3-sklearn (sklearn/datasets/data/iris.csv): 150
flowers of three species, sepal length and width, petal length and width in cm [Fisher, The use of
multiple measurements in taxonomic problems, 1936; public domain]. Writes beside this script

    iris_train.csv  x1 = petal length, y1 = petal width of every second setosa and versicolor
    iris_test.csv   of the others of these two species
    iris_other.csv  of virginica, which training does not see

in units of the standard deviations of the training rows, from their means.
"""
import csv
import pathlib
import statistics
import sys

PETAL_LENGTH, PETAL_WIDTH, SPECIES = 2, 3, 4
VIRGINICA = 2


def main(file):
    with open(file, encoding="utf-8") as lines:
        rows = [[float(x) for x in row] for row in list(csv.reader(lines))[1:]]
    known = [row for row in rows if row[SPECIES] != VIRGINICA]
    parts = {"train": known[0::2], "test": known[1::2],
             "other": [row for row in rows if row[SPECIES] == VIRGINICA]}
    scales = [(statistics.fmean(column), statistics.pstdev(column))
              for column in ([row[k] for row in parts["train"]] for k in (PETAL_LENGTH, PETAL_WIDTH))]
    for name, part in parts.items():
        with open(pathlib.Path(__file__).with_name(f"iris_{name}.csv"), "w", encoding="utf-8") as out:
            out.write("x1,y1\n")
            for row in part:
                values = [(row[k] - mean) / deviation
                          for k, (mean, deviation) in zip((PETAL_LENGTH, PETAL_WIDTH), scales)]
                out.write(",".join(f"{value:.6f}" for value in values) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

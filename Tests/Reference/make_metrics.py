#!/usr/bin/env python3
"""Writes metrics.json beside this script: scores as scikit-learn has them.

    python -m venv venv && venv/bin/pip install scikit-learn numpy    # scikit-learn 1.9.1
    venv/bin/python make_metrics.py

"logits" has a row for each example; class 5 has no example and class 4 is never predicted. The calibration error is
written out here, as scikit-learn has none. The script gives the same bytes each time.
"""
import json
import os

import numpy as np
from sklearn.metrics import (accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support,
                             top_k_accuracy_score)

CLASSES, EXAMPLES, BINS = 6, 200, 15
random = np.random.RandomState(5)
labels = random.randint(0, 5, EXAMPLES)
logits = random.randn(EXAMPLES, CLASSES) * 1.5
logits[np.arange(EXAMPLES), labels] += 1.5
logits[:, 4] -= 20
logits = np.round(logits, 3)
probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
predicted = probabilities.argmax(1)
names = list(range(CLASSES))


def scores(average=None):
    values = precision_recall_fscore_support(labels, predicted, labels=names, average=average, zero_division=0)
    return [value.tolist() if hasattr(value, "tolist") else value for value in values]


confidence, right = probabilities.max(1), predicted == labels
error, worst, bins = 0.0, 0.0, []
for number in range(BINS):
    inside = (confidence > number / BINS) & (confidence <= (number + 1) / BINS)
    bins.append(int(inside.sum()))
    if inside.any():
        gap = abs(right[inside].mean() - confidence[inside].mean())
        error += gap * inside.mean()
        worst = max(worst, gap)

losses = -np.log(probabilities[np.arange(EXAMPLES), labels])
mistakes = sorted((i for i in range(EXAMPLES) if not right[i]), key=lambda i: -losses[i])[:10]
result = {
    "labels": labels.tolist(),
    "logits": logits.tolist(),
    "loss": log_loss(labels, probabilities, labels=names),
    "accuracy": accuracy_score(labels, predicted),
    "top": [top_k_accuracy_score(labels, logits, k=k, labels=names) for k in range(1, CLASSES)],
    "confusion": confusion_matrix(labels, predicted, labels=names).tolist(),
    "precision": scores()[0], "recall": scores()[1], "f1": scores()[2], "support": scores()[3],
    "macro": scores("macro")[:3], "weighted": scores("weighted")[:3],
    "calibration_error": error, "greatest_calibration_error": worst, "bins": bins,
    "mistakes": mistakes, "mistake_losses": [losses[i] for i in mistakes],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as file:
    json.dump(result, file, indent=None)
    file.write("\n")

"""Train small networks on handwritten digits: three runs, of which one diverges, and a deployment for each that was promoted."""

import math
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from contexta import Contexta

EPOCHS = 12
BATCH_SIZE = 64

features, targets = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(features / 16.0, targets, test_size=0.25, stratify=targets, random_state=7)
train_x, test_x = (torch.tensor(part, dtype=torch.float32) for part in (train_x, test_x))
train_y, test_y = (torch.tensor(part) for part in (train_y, test_y))
candidates = {
    "mlp-32": {"hidden": 32, "lr": 0.1},
    "mlp-64": {"hidden": 64, "lr": 0.1},
    "mlp-64, bad schedule": {"hidden": 64, "lr": 0.1, "lr_step_at": 5},  # a rate of 1e9 from the sixth epoch on
}
workspace = Path(".contexta")
ctx = Contexta(workspace=str(workspace), config={"project_name": "digits-mlp"})


def train_epoch(model, optimizer, order):
    """One pass over the training rows; the mean loss."""
    total = 0.0
    for rows in order.split(BATCH_SIZE):
        loss = nn.functional.cross_entropy(model(train_x[rows]), train_y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    return total / len(order)


def train(run, model, config):
    """Train a model; raises FloatingPointError when the loss is no number any more."""
    optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [config.get("lr_step_at", EPOCHS)], gamma=1e10)
    with run.stage("train") as stage:
        for epoch in range(EPOCHS):
            with stage.batch(f"epoch-{epoch}") as batch:
                loss = train_epoch(model, optimizer, torch.randperm(len(train_x)))
                batch.metric("loss", loss, unit="nats")
                if math.isnan(loss):
                    raise FloatingPointError(f"the loss is {loss} in epoch {epoch}")
                accuracy = (model(train_x).argmax(1) == train_y).float().mean()
                batch.metric("accuracy", accuracy, unit="ratio")
                schedule.step()
        with stage.operation("checkpoint") as operation, operation.span("save", kind="io"):
            path = workspace / "models" / f"{run.ref.name}.pt"
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(model.state_dict(), path)
    return run.register_artifact("checkpoint", path, attributes={"epochs": EPOCHS})


def evaluate(run, model):
    """Accuracy on rows that were not trained on, and the first sixteen of them one by one."""
    with run.stage("evaluate") as stage, stage.batch("holdout") as batch:
        probabilities = model(test_x).softmax(1)
        accuracy = (probabilities.argmax(1) == test_y).float().mean().item()
        batch.metric("accuracy", accuracy, unit="ratio")
        for index in range(16):
            with batch.sample(f"digit-{index:02}") as sample:
                sample.metric("confidence", probabilities[index].max(), unit="ratio")
                sample.metric("correct", float(probabilities[index].argmax() == test_y[index]))
    return accuracy


def deploy(name, run, artifact, check):
    """Put a checkpoint to use, if the check that stands for the rollout lets it."""
    with ctx.deployment(name, run_ref=run.ref, artifact_ref=artifact.artifact_ref) as deployment:
        deployment.event("rollout.started", message=f"serving {run.name}")
        check()
        deployment.metric("latency.p95", 3.2, unit="ms")


def healthy():
    """A rollout that goes well."""


def out_of_memory():
    """A rollout that does not."""
    raise MemoryError("the serving host has 64 MB left, the model wants 80 MB")


rollouts = {"mlp-32": healthy, "mlp-64": out_of_memory}
for name, config in candidates.items():
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(64, config["hidden"]), nn.ReLU(), nn.Linear(config["hidden"], 10))
    try:
        with ctx.run(name, dataset_ref="dataset:sklearn.digits", config_snapshot={**config, "epochs": EPOCHS}, tags={"kind": "mlp"}) as run:
            checkpoint = train(run, model, config)
            score = evaluate(run, model)
        deploy(f"serve-{run.ref.name}", run, checkpoint, rollouts[name])
    except (FloatingPointError, MemoryError) as error:
        print(f"{run.ref}: {error}")
    else:
        print(f"{run.ref}: accuracy {score:.3f}, deployed")

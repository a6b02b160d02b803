"""Errors of what runs beside the service: a local broker, a worker or board started by a command."""


class DeployError(Exception):
    """The root of the errors of this package. Each docstring ends with what the operator does."""


class BrokerStartError(DeployError):
    """The local broker did not come up: a jar is missing or altered, Java failed, or the port was refused.

    Operator action: read the broker's log file that the message names, then start again.
    """


class ServiceError(DeployError):
    """A worker or a board that a command started did not come up, or ended by itself.

    Operator action: the message shows the end of its log; mend what that names and start again.
    """


class PrometheusError(DeployError):
    """A Prometheus that a test or a script started did not come up.

    Operator action: read the log that the message names.
    """

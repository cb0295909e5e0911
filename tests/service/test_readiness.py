from dialer.service.readiness import Readiness


def test_a_part_has_one_fault_until_it_is_mended() -> None:
    readiness = Readiness()
    readiness.fault("store", "The database is full.")
    readiness.fault("store", "The database is locked.")

    assert readiness.faults == {"store": "The database is locked."}
    readiness.mended("store")
    readiness.mended("store")
    assert readiness.faults == {}


def test_only_a_carriers_fault_is_a_carrier_that_is_down() -> None:
    readiness = Readiness()
    readiness.fault("store", "The database is full.")
    assert not readiness.carrier_down

    readiness.fault("carrier:sim", "Refused.")
    assert readiness.carrier_down


def test_what_was_read_is_not_what_is_kept() -> None:
    readiness = Readiness()
    readiness.faults["store"] = "x"

    assert readiness.faults == {}
